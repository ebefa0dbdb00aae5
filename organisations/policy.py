"""Who may see units, places, professionals and employments: everybody who is known here; they are public registers.

A professional whose name is kept from a citizen (sløring) does not stand in them for her.
"""

from dataclasses import replace

from access.conditions import Target
from access.grounds import DIRECTORY
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import Action, Reason
from organisations.models import Employment, Location, Organisation, Professional
from organisations.shields import in_the_directory, works_in_the_open

READ = frozenset({Action.READ})
OPEN = Rule("directory", DIRECTORY, READ, (), unblockable=DIRECTORY)
NAMED = Gate("shield", in_the_directory, Reason.BLOCKED)
AT_WORK = Gate("shield", works_in_the_open, Reason.BLOCKED)
NOBODY = Target(citizen="", category=None, origin=None, occurred_at=None)
ORGANISATION = register(Policy(Organisation, NOBODY, (OPEN,)))
LOCATION = register(Policy(Location, NOBODY, (OPEN,)))
PROFESSIONAL = register(Policy(Professional, NOBODY, (replace(OPEN, gates=(NAMED,)),)))
EMPLOYMENT = register(Policy(Employment, NOBODY, (replace(OPEN, gates=(AT_WORK,)),)))
