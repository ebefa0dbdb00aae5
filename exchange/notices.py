"""Messages to citizens (beskeder): that something happened, shown on their pages, and by e-mail that there is one.

A lower app announces an event about a citizen, and the outbox makes a message of it: a new kind is its topic in `KINDS`
and its words in `portal/words/messages.py`. A message holds a kind and an id. The e-mail says that there is a message
and nothing else.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from access import decisions, service
from access.actors import Actor
from access.conditions import Target
from access.policies import Policy
from access.vocabulary import ActingAs, Action, Category, Reason
from citizens.models import Citizen, PowerOfAttorney
from consents.models import Consent, Override
from consents.policy import HER_SIDE_READS
from exchange.models import Notice, NoticeAddress, OutboxMessage
from exchange.outbox import enqueue, handles
from fhir.outcomes import FhirError, broken
from stamkort.models import Entry

# What citizens are told of, by the topic of its event.
KINDS = frozenset(
    {
        "block-overridden",
        "power-taken",
        "power-changed",
        "power-ended",
        "power-ends",
        "consent-ends",
        "log-question-answered",
    }
)
# So long before a consent or a power of attorney ends it is told, and not to who gave it the day before.
SOON = timedelta(days=30)
EMAIL = "notice-email"
PAGE = 20
NAME = "Communication"
SUBJECT = "Der er en besked til dig i Samlet Patientoverblik"
# No address to follow: whoever gets such an e-mail goes to the pages the usual way.
TEXT = """Der er en besked til dig i Samlet Patientoverblik.

Gå ind på siden, som du plejer, og log ind. Vi sender aldrig links.

--
There is a message for you in Shared patient overview.

Go to the page the way you usually do, and log in. We never send links.
"""
# Whoever may see the citizen's decisions sees what she was told of them: herself, a child's parents, a guardian.
READERS = Policy(
    Citizen,
    Target(citizen="id", category=None, fixed=Category.LOG, origin=None, occurred_at=None),
    HER_SIDE_READS,
)
NOT_YOURS = ("Det kan kun borgeren selv se.", "Only the citizen herself can see this.")


def tell(citizen_id: UUID, kind: str, about: str) -> bool:
    """Note a message, in the caller's transaction; false where it stands already. Four statements at most."""
    made, is_new = Notice.objects.get_or_create(
        citizen_id=citizen_id, kind=kind, about=about, defaults={"at": timezone.now()}
    )
    if is_new and settings.SENDS_EMAIL:
        enqueue(EMAIL, citizen_id, {"notice": str(made.pk)})
    return is_new


def read_notices(*, by: Actor, before: UUID | None = None) -> list[Notice]:
    """Return a page of the messages to the citizen, newest first, one more than `PAGE` where there are more; logged.

    What she reads herself is no longer new the next time. Raises FhirError (403). Four statements.
    """
    with service.writing():
        whose = by.on_behalf_of or by.citizen_id
        decision = decisions.decide(READERS, by, Action.READ, whose) if whose is not None else None
        if whose is None or decision is None or not decision.permitted:
            raise _refusal(by, (decision and decision.reason) or Reason.NO_RELATION)
        found = Notice.objects.filter(citizen_id=whose).order_by("-pk")
        page = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
        rules = [rule.code for rule in decision.held]
        service.log(by, "search", NAME, citizen_id=whose, outcome="permit", rules=rules)
        if by.acting_as == ActingAs.CITIZEN:
            unread = [each.pk for each in page[:PAGE] if each.read_at is None]
            if unread:
                Notice.objects.filter(pk__in=unread).update(read_at=by.moment)
    return page


def unread_of(citizen: str) -> Subquery:
    """How many new messages there are for the citizen of an outer column, as part of another statement."""
    new = Notice.objects.filter(citizen_id=OuterRef(citizen), read_at__isnull=True).order_by()
    return Subquery(new.values("citizen_id").annotate(many=Count("pk")).values("many"))


def set_notice_address(*, by: Actor, wants_email: bool, email: str) -> NoticeAddress:
    """Say whether one is told by e-mail, and where; empty is the one on the stamkort. Hers alone to say.

    Raises FhirError: 403 for who acts for another, 422 for what is no e-mail address. Three statements.
    """
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        da, en = "Det ligner ikke en e-mail.", "That does not look like an e-mail."
        raise broken("notice-email", da, en, "email") from error
    with service.writing():
        if by.acting_as != ActingAs.CITIZEN or by.citizen_id is None:
            raise _refusal(by, Reason.NO_RELATION)
        made, _is_new = NoticeAddress.objects.update_or_create(
            citizen_id=by.citizen_id, defaults={"wants_email": wants_email, "email": email}
        )
        service.log(by, "update", NAME, citizen_id=by.citizen_id, outcome="permit")
    return made


def chosen(citizen_id: UUID) -> dict[str, object]:
    """What a citizen has said about being told by e-mail, or what holds until she does. One statement."""
    own = NoticeAddress.objects.filter(citizen_id=citizen_id).first()
    return {"wants_email": own.wants_email if own else True, "email": own.email if own else ""}


def address_of(citizen_id: UUID) -> str:
    """Where a citizen is told by e-mail; empty for nowhere. Two statements at most."""
    own = NoticeAddress.objects.filter(citizen_id=citizen_id).first()
    if own is not None and (own.email or not own.wants_email):
        return own.email if own.wants_email else ""
    typed = Entry.objects.filter(citizen_id=citizen_id, kind=Entry.Kind.CONTACT, is_current=True)
    value = typed.values_list("value", flat=True).first() or {}
    return str(value.get("email") or "")


def tell_what_ends(now: datetime) -> int:
    """Tell of consents and powers of attorney that end soon, each once; return how many were told. Safe to repeat."""
    soon = Q(end__gt=now, end__lte=now + SOON, start__lte=now - timedelta(days=1))
    told = 0
    consents: QuerySet[Consent] = Consent.objects.filter(soon, withdrawn_at__isnull=True)
    for key, whose in consents.values_list("pk", "citizen_id").iterator():
        told += tell(whose, "consent-ends", str(key))
    powers = PowerOfAttorney.objects.filter(soon, revoked_at__isnull=True)
    for key, end, *both in powers.values_list("pk", "end", "principal_id", "attorney_id").iterator():
        told += sum(tell(whose, "power-ends", f"{key}:{end.date()}") for whose in both)
    return told


def _note(message: OutboxMessage) -> None:
    """Make a message to the citizen of an event; of an override it is noted as well when she was told."""
    if message.citizen_id is None:
        return
    tell(message.citizen_id, message.topic, ":".join(str(each) for each in message.payload.values()))
    if message.topic == "block-overridden":
        untold = Override.objects.filter(pk=message.payload["override"], citizen_informed_at__isnull=True)
        untold.update(citizen_informed_at=timezone.now())


for _topic in sorted(KINDS):
    handles(_topic)(_note)


@handles(EMAIL, once=True)
def _send(message: OutboxMessage) -> None:
    """Say by e-mail that there is a message, unless she has read it. Raises what a failing mail server does.

    The e-mail has the same id however often it is tried, so that the receiver's own server knows it again.
    """
    notice = Notice.objects.filter(pk=message.payload["notice"], read_at__isnull=True).first()
    address = address_of(notice.citizen_id) if notice is not None else ""
    if notice is None or not address:
        return
    headers = {"Message-ID": f"<{notice.pk}@patientoverblik>", "Auto-Submitted": "auto-generated"}
    EmailMessage(SUBJECT, TEXT, to=[address], headers=headers).send()


def _refusal(by: Actor, reason: Reason) -> FhirError:
    """The refusal in plain words; `writing` logs it."""
    whose = by.on_behalf_of or by.citizen_id
    assert whose is not None  # noqa: S101  only the citizen's side comes here
    found = service.refused_as(by, "search", NAME, whose, reason)
    found.detail_da, found.detail_en = NOT_YOURS
    return found
