"""Every write of the citizen's decisions: consents and blocks are made and withdrawn, never changed otherwise.

One transaction each, decided inside, with its version and its log row. A decision holds from the instant it is written:
the next statement that asks for it sees it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from access import service
from access.actors import Actor
from access.authoring import change_element, save
from access.statements import Row, Source
from access.vocabulary import CITIZEN_SIDE, ActingAs, Reason
from access.writing import record
from citizens.models import Citizen
from consents.checks import check_block, check_consent, first_broken
from consents.inputs import BlockInput, ConsentInput
from consents.models import Consent
from consents.policy import KIND
from fhir.outcomes import FhirError, broken
from fhir.registry import resource_of
from organisations.models import Organisation, Professional

# Whom who acts for the citizen is told that just this is not hers to decide, and why.
NOT_HERS_TO_GIVE = {
    ActingAs.PROXY: (
        "consent-by-proxy",
        "En fuldmagt giver ikke ret til at give samtykke.",
        "A power of attorney gives no right to consent.",
    ),
}
NOT_HERS_TO_BLOCK = {
    ActingAs.PROXY: (
        "block-by-proxy",
        "En fuldmagt giver ikke ret til at spærre.",
        "A power of attorney gives no right to block.",
    ),
    ActingAs.PARENT: ("block-by-parent", "Forældre kan ikke spærre for et barn.", "Parents cannot block for a child."),
    ActingAs.GUARDIAN: ("block-by-guardian", "En værge kan ikke spærre.", "A guardian cannot block."),
}
TOO_YOUNG = (
    "decision-too-young",
    "Man skal være fyldt 15 år for selv at bestemme det.",
    "One must be 15 or older to decide it alone.",
)
OF_AGE = ("decision-of-age", "Fra 15 år bestemmer den unge selv.", "From 15 years on the young person decides alone.")


def give_consent(*, by: Actor, source: Source, consent: ConsentInput) -> Row:
    """Write a consent that the citizen gives, or has given to a member of staff, and return its row.

    It holds from now on at the earliest, also when it was signed before. Raises FhirError: 403 for who has nothing to
    do with the citizen; 422 for one that the law does not know: without recipient, purpose or end, longer than the law
    allows, oral where writing is asked for, or by somebody who may not give it.
    Law: grounds.SELF_DETERMINATION, NOTED_CONSENT. Four statements for the citizen, five for staff.
    """
    check_consent(by, consent)
    with service.writing():
        with _own_words(by, consent.citizen_id, NOT_HERS_TO_GIVE):
            rules = service.permit_create(source, by, consent.citizen_id, KIND)
        if by.acting_as not in CITIZEN_SIDE:
            _check_age(by, consent.citizen_id)
        _check_known(
            {"Consent.provision.actor": consent.recipient_unit, "Consent.organization": consent.source_unit},
            consent.recipient_professional,
        )
        return _write(
            by,
            source,
            rules,
            citizen_id=consent.citizen_id,
            kind=consent.kind,
            purpose=consent.purpose,
            form=consent.form or Consent.Form.DIGITAL,
            journal_reference=consent.journal_reference,
            start=max(consent.start or by.moment, by.moment),
            end=consent.end,
            families=list(consent.families),
            laws=list(consent.laws),
            source_unit_id=consent.source_unit,
            source_sub_units=consent.source_sub_units,
            recipient_unit_id=consent.recipient_unit,
            recipient_sub_units=consent.recipient_sub_units,
            recipient_professional_id=consent.recipient_professional,
            recipient_acting_as=consent.recipient_acting_as,
        )


def set_block(*, by: Actor, source: Source, block: BlockInput) -> Row:
    """Write a block, a private marking or a positive registration, and return its row.

    Raises FhirError: 403 for who is not the citizen; 422 for one that stops nobody or from nothing, whose period is
    reversed or over, whose item is not hers, or set by somebody who acts for her.
    Law: grounds.SELF_DETERMINATION. Four statements at most.
    """
    check_block(by, block)
    with service.writing():
        with _own_words(by, block.citizen_id, NOT_HERS_TO_BLOCK):
            rules = service.permit_create(source, by, block.citizen_id, KIND)
        _check_known(
            {"Consent.provision.actor": block.unit, "Consent.provision.data": block.origin}, block.professional
        )
        if block.item is not None:
            _check_item(block.item, block.citizen_id)
        item_type, item_id = block.item or ("", None)
        return _write(
            by,
            source,
            rules,
            citizen_id=block.citizen_id,
            effect=block.effect,
            is_everyone=block.is_everyone,
            unit_id=block.unit,
            unit_sub_units=block.unit_sub_units,
            professional_id=block.professional,
            is_everything=block.is_everything,
            period_start=block.period_start,
            period_end=block.period_end,
            origin_id=block.origin,
            origin_sub_units=block.origin_sub_units,
            item_type=item_type,
            item_id=item_id,
            start=max(block.start or by.moment, by.moment),
            end=block.end,
        )


def withdraw(*, by: Actor, source: Source, key: UUID, if_match: int | None) -> Row:
    """Withdraw a consent or lift a block, at once, and return its row; what was disclosed before stays lawful.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 when it is withdrawn already.
    """

    def change(current: Any) -> Mapping[str, Any]:
        already = current.withdrawn_at is not None
        first_broken(
            [(already, "withdrawn-already", "Det er allerede trukket tilbage.", "It has been withdrawn already.")]
        )
        return {"withdrawn_at": by.moment}

    return change_element(by=by, source=source, key=key, if_match=if_match, change=change)


def _write(by: Actor, source: Source, rules: list[str], *, citizen_id: UUID, **values: Any) -> Row:
    """Save a decision and what it leaves behind. Who decides is the one who asks; staff note what the citizen said."""
    made = source.model(
        **values,
        citizen_id=citizen_id,
        given_by_id=by.citizen_id or citizen_id,
        received_by_id=by.professional_id,
        created_at=by.moment,
        updated_at=by.moment,
    )
    save(made, force_insert=True)
    return record(by, source, [made.pk], "create", citizen_id=citizen_id, rules=rules)[0]


@contextmanager
def _own_words(by: Actor, citizen_id: UUID, not_hers: Mapping[ActingAs, tuple[str, str, str]]) -> Iterator[None]:
    """Say to those who are known to act for the citizen why just this is not theirs to decide; logged as refused."""
    try:
        yield
    except service.Refused as refused:
        told = None
        if any(coding["code"] == Reason.AGE for coding in refused.extra):
            told = TOO_YOUNG if by.acting_as == ActingAs.CITIZEN else OF_AGE
        elif by.on_behalf_of == citizen_id:
            told = not_hers.get(by.acting_as)
        if told is None:
            raise
        said = broken(*told)
        raise service.Refused(
            said.code, said.detail_da, said.detail_en, extra=said.extra, note=refused.note
        ) from refused


def _check_age(by: Actor, citizen_id: UUID) -> None:
    """The citizen whose consent staff note is old enough to give it. Raises FhirError (422)."""
    if not Citizen.objects.filter(pk=citizen_id, birth_date__lte=by.fifteen_born_by).exists():
        raise broken(*TOO_YOUNG)


def _check_known(units: Mapping[str, UUID | None], professional: UUID | None) -> None:
    """The units and the professional exist. Raises FhirError (422)."""
    wanted = {key for key in units.values() if key is not None}
    known = set(Organisation.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for expression, key in units.items():
        if key is not None and key not in known:
            raise FhirError("dangling-reference", "Organization", expression=expression)
    if professional is not None and not Professional.objects.filter(pk=professional).exists():
        raise FhirError("dangling-reference", "Practitioner", expression="Consent.provision.actor")


def _check_item(item: tuple[str, UUID], citizen_id: UUID) -> None:
    """The item to be marked is the citizen's. Raises FhirError (422)."""
    kind, key = item
    entry = resource_of(kind)
    if entry is None or not entry.source.model._default_manager.filter(pk=key, citizen_id=citizen_id).exists():
        raise FhirError("dangling-reference", kind, expression="Consent.provision.data")
