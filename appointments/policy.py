"""Who may see and change appointments."""

from django.db.models import Q

from access.conditions import Target
from access.grounds import OWN_ACCESS
from access.policies import Policy, Rule, register
from access.vocabulary import Action, Category
from appointments.models import Appointment, CalendarFeed
from consents.gates import HERSELF, OF_AGE
from consents.rules import ELEMENT_RULES, WRITE_RULES

HELD = frozenset({Category.APPT_SUL, Category.APPT_SEL_W, Category.APPT_SEL_X, Category.APPT_AEL})
# Whether "§§ 83-84" of RSL § 13 spans rehabilitation and means meals is open (law study 9.8).
REHABILITATION_OR_MEALS = Q(paragraph__startswith="SEL § 83 a") | Q(paragraph="SEL § 83, stk. 1, nr. 3")
APPOINTMENT = register(
    Policy(Appointment, Target(holds=HELD, doubtful_time=REHABILITATION_OR_MEALS), (*ELEMENT_RULES, *WRITE_RULES))
)
# An address that opens her calendar is given to herself alone, whoever acts for her (docs/adr/0022).
CALENDAR = Policy(
    CalendarFeed,
    Target(category=None, fixed=Category.APPT_SUL, origin=None, occurred_at=None),
    (
        Rule(
            "own-words",
            OWN_ACCESS,
            frozenset({Action.CREATE, Action.UPDATE}),
            (HERSELF, OF_AGE),
            unblockable=OWN_ACCESS,
        ),
    ),
)
