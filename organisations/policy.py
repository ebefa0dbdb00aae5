"""Who may see units, places, professionals and employments: everybody who is known here; they are public registers."""

from access.conditions import Target
from access.grounds import DIRECTORY
from access.policies import Policy, Rule, register
from access.vocabulary import Action
from organisations.models import Employment, Location, Organisation, Professional

OPEN = Rule("directory", DIRECTORY, frozenset({Action.READ}), (), unblockable=DIRECTORY)
NOBODY = Target(citizen="", category=None, origin=None, occurred_at=None)
ORGANISATION = register(Policy(Organisation, NOBODY, (OPEN,)))
LOCATION = register(Policy(Location, NOBODY, (OPEN,)))
PROFESSIONAL = register(Policy(Professional, NOBODY, (OPEN,)))
EMPLOYMENT = register(Policy(Employment, NOBODY, (OPEN,)))
