"""Every address of the pages: who may open it, and how many statements it takes at any amount of data.

A new address has to be written in here. `{goal}` and its like stand for ids of the citizen of the cast (`samples`).
"""

from dataclasses import dataclass
from typing import Any

from tests import factories
from tests.cast import Cast


@dataclass(frozen=True)
class Row:
    """One address. `open` pages are for anybody; one that only takes forms (`is_form`) is proved by a test of its own.

    `statements` is the ceiling for the page, all that the session takes counted.
    """

    path: str
    statements: int = 0
    is_open: bool = False
    is_form: bool = False


PAGES: dict[str, Row] = {
    "portal": Row("/portal/", 8),
    "portal-login": Row("/portal/login/", 4, is_open=True),
    "portal-login-start": Row("/portal/login/start/", is_open=True, is_form=True),
    "portal-login-back": Row("/portal/login/back/", is_open=True, is_form=True),
    "portal-logout": Row("/portal/logout/", is_open=True, is_form=True),
    "portal-acting": Row("/portal/acting/", 8),
    "portal-messages": Row("/portal/messages/", 17),
    "portal-relatives": Row("/portal/relatives/", 16),
    "portal-relatives-give": Row("/portal/relatives/give/", 8),
    "portal-relatives-change": Row("/portal/relatives/{power}/", 16),
    "portal-sessions": Row("/portal/sessions/", 9),
}


def samples(cast: Cast) -> dict[str, Any]:
    """Make what the addresses name, all of it the citizen's; the ids by name."""
    me = cast.citizen.person
    factories.notice(citizen=me)
    return {"power": factories.power_of_attorney(principal=me).pk}
