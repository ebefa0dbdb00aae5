"""Users and registered systems."""

from typing import Any

from identity.models import LoginSession, System, User
from tests.factories.base import ago, now, numbers
from tests.factories.citizens import citizen
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


def login_session(**given: Any) -> LoginSession:
    """A citizen's log-in in a browser, just begun."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    moment = now()
    times = {"began_at": moment, "seen_at": moment, "proved_at": moment}
    fields = {**times, "network": "192.0.2.x", "browser": "firefox", "device": "computer"}
    return LoginSession.objects.create(**{**fields, **given})


def ended_login_session(**given: Any) -> LoginSession:
    """A log-in that was ended yesterday."""
    return login_session(**{"began_at": ago(days=1), "seen_at": ago(days=1), "ended_at": ago(days=1), **given})
