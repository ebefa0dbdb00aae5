"""Who may see and write documents: like everything else of their side (ADR 18)."""

from access.conditions import Target
from access.policies import Policy, register
from access.vocabulary import Category
from consents.rules import ELEMENT_RULES, WRITE_RULES
from documents.models import Document

DOCUMENT = register(
    Policy(Document, Target(holds=frozenset({Category.DOC_SUL, Category.DOC_SOC})), (*ELEMENT_RULES, *WRITE_RULES))
)
