"""Users and registered systems."""

from typing import Any

from identity.models import System, User
from tests.factories.base import numbers
from tests.factories.organisations import region


def user(**given: Any) -> User:
    """Somebody who can log in to the pages, without a password."""
    made = User(**{"username": f"test-{next(numbers)}", **given})
    made.set_unusable_password()
    made.save()
    return made


def system(**given: Any) -> System:
    """A registered system that vouches for its professionals; give `keys` to let it sign."""
    number = next(numbers)
    if "owner" not in given:
        given["owner"] = region()
    return System.objects.create(**{"client_id": f"test-{number}", "name": "EPJ (test)", "keys": {"keys": []}, **given})


def gateway(**given: Any) -> System:
    """A registered system that delivers."""
    return system(**{"may_assert": False, "may_deliver": True, "name": "Gateway (test)", **given})


def inactive_system(**given: Any) -> System:
    """A system that was put out of use."""
    return system(**{"is_active": False, **given})
