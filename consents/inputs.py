"""What a consent or a block is to be, as its writer says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.vocabulary import Category, Law, Purpose
from consents.models import Block, Consent


@dataclass(frozen=True)
class ConsentInput:
    """What a consent is to be. Instants are aware; `start` None means now; empty families and laws mean all."""

    citizen_id: UUID
    kind: Consent.Kind
    purpose: Purpose | None = None
    form: Consent.Form | None = None
    journal_reference: str = ""
    given_at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    families: tuple[Category, ...] = ()
    laws: tuple[Law, ...] = ()
    source_unit: UUID | None = None
    source_sub_units: bool = True
    recipient_unit: UUID | None = None
    recipient_sub_units: bool = False
    recipient_professional: UUID | None = None
    recipient_acting_as: str = ""


@dataclass(frozen=True)
class BlockInput:
    """What a block, a private marking or a positive registration is to be: who is stopped (or let in) from what.

    `item` is a resource type and an id. Instants are aware; `start` None means now, `end` None until withdrawn.
    """

    citizen_id: UUID
    effect: Block.Effect = Block.Effect.DENY
    is_everyone: bool = False
    unit: UUID | None = None
    unit_sub_units: bool = True
    professional: UUID | None = None
    is_everything: bool = False
    period_start: datetime | None = None
    period_end: datetime | None = None
    origin: UUID | None = None
    origin_sub_units: bool = True
    item: tuple[str, UUID] | None = None
    start: datetime | None = None
    end: datetime | None = None
