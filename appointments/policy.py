"""Who may see and change appointments."""

from access.conditions import Target
from access.policies import Policy, register
from access.vocabulary import Category
from appointments.models import Appointment
from consents.rules import ELEMENT_RULES, WRITE_RULES

HELD = frozenset({Category.APPT_SUL, Category.APPT_SEL_W, Category.APPT_SEL_X, Category.APPT_AEL})
APPOINTMENT = register(Policy(Appointment, Target(holds=HELD), (*ELEMENT_RULES, *WRITE_RULES)))
