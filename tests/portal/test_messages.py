"""Messages: what citizens are told of, who may read it, and the e-mail that says nothing, sent once and never lost."""

from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from consents.overrides import declare_override
from exchange import notices, outbox
from exchange.models import Notice, OutboxMessage
from portal.pages import MENU
from portal.views.notices import WHERE
from portal.words import catalogue
from portal.words.common import WORDS as COMMON
from tests import factories
from tests.cast import Cast
from tests.portal.kit import Visit

PATH = "/portal/messages/"


class Dying(BaseEmailBackend):
    """A worker that is stopped when its mail is sent, before it can say so."""

    def send_messages(self, email_messages: Any) -> int:
        """Send, and die."""
        mail.outbox.extend(email_messages)
        raise SystemExit


@pytest.fixture
def by_email(settings: Any, cast: Cast) -> str:
    """Tove is told by e-mail, at the address on her stamkort."""
    settings.SENDS_EMAIL = True
    address = "tove@example.test"
    factories.entry(citizen=cast.citizen.person, kind="contact", value={"email": address})
    return address


def override(cast: Cast) -> None:
    declare_override(
        by=cast.doctor.actor,
        citizen_id=cast.citizen.person.pk,
        reason_code="unreachable_or_incapacitated",
        reason="Bevidstløs ved ankomst (test).",
    )


def due() -> None:
    """Time passes until what waits is tried again."""
    OutboxMessage.objects.filter(done_at=None).update(next_attempt_at=factories.ago(seconds=1))


def test_override_is_told_on_the_page_and_counted_until_she_has_read_it(cast: Cast) -> None:
    tove = Visit(cast.citizen.person)
    override(cast)
    outbox.dispatch()
    front = tove.get("/portal/").text
    first, second = tove.get(PATH).text, tove.get(PATH).text

    assert 'class="many">1<' in front
    assert "som du har spærret for" in first
    assert (">Ny<" in first, ">Ny<" in second) == (True, False)
    assert 'class="many"' not in tove.get("/portal/").text


def test_each_kind_has_its_words_and_where_to_see_more() -> None:
    told = {name.removeprefix("kind_") for name in catalogue("messages") if name.startswith("kind_")}

    assert told == set(WHERE) == set(notices.KINDS)
    assert set(WHERE.values()) <= set(COMMON)
    assert set(MENU) <= set(COMMON)


def test_messages_are_read_by_herself_a_parent_and_a_guardian_and_by_nobody_else(cast: Cast) -> None:
    child, parent, ward, guardian = factories.child(), factories.aged(40), factories.citizen(), factories.aged(60)
    factories.custody(child=child, parent=parent)
    factories.guardianship(ward=ward, guardian=guardian)
    for whose in (child, ward, cast.citizen.person):
        factories.notice(citizen=whose)

    for visit in (Visit(parent, acting_for=child), Visit(guardian, acting_for=ward)):
        assert "Et samtykke slutter snart" in visit.get(PATH).text
    proxy = Visit(cast.daughter.person, acting_for=cast.citizen.person).get(PATH)
    assert (proxy.status_code, "Det kan kun borgeren selv se" in proxy.text) == (403, True)
    assert "Et samtykke slutter snart" not in Visit(cast.daughter.person).get(PATH).text
    assert not Notice.objects.filter(read_at__isnull=False).exists(), "hers stay new until she reads them herself"


def test_older_messages_stand_on_further_pages(cast: Cast) -> None:
    for number in range(notices.PAGE + 1):
        factories.notice(citizen=cast.citizen.person, about=str(number))
    tove = Visit(cast.citizen.person)
    first = tove.get(PATH).text
    older = first.split("?before=")[1].split('"')[0]

    assert first.count("Et samtykke slutter") == 2 * notices.PAGE or first.count("card-text") == notices.PAGE
    assert tove.get(f"{PATH}?before={older}").text.count("card-text") == 1
    assert tove.get(f"{PATH}?before=nonsense").status_code == 404


def test_consents_and_powers_that_end_within_thirty_days_are_told_once(cast: Cast) -> None:
    tove, lise = cast.citizen.person, cast.daughter.person
    since = factories.ago(days=100)
    soon = factories.consent(citizen=tove, start=since, end=factories.ahead(days=29))
    factories.consent(citizen=tove, start=since, end=factories.ahead(days=31))
    factories.withdrawn_consent(citizen=tove, start=since, end=factories.ahead(days=20))
    power = tove.attorneys.get()
    tove.attorneys.update(end=factories.ahead(days=10))

    assert (notices.tell_what_ends(factories.now()), notices.tell_what_ends(factories.now())) == (3, 0)
    found = set(Notice.objects.values_list("citizen_id", "kind"))
    assert found == {(tove.pk, "consent-ends"), (tove.pk, "power-ends"), (lise.pk, "power-ends")}
    assert Notice.objects.get(kind="consent-ends").about == str(soon.pk)
    tove.attorneys.filter(pk=power.pk).update(end=factories.ahead(days=20))
    assert notices.tell_what_ends(factories.now()) == 2, "one that was extended ends anew"


def test_email_says_that_there_is_a_message_and_nothing_else(cast: Cast, by_email: str) -> None:
    override(cast)
    outbox.dispatch()
    (sent,) = mail.outbox

    assert (sent.to, sent.cc, sent.bcc, sent.attachments) == ([by_email], [], [], [])
    assert sent.subject == "Der er en besked til dig i Samlet Patientoverblik"
    assert sent.body == notices.TEXT
    told = f"{sent.subject} {sent.body}".lower()
    for word in ("spær", "override", "http", " tove", cast.citizen.person.family_name.lower()):
        assert word not in told


def test_dead_mail_server_loses_nothing_and_nothing_is_sent_twice(cast: Cast, by_email: str, settings: Any) -> None:
    alive = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    override(cast)
    for _time in range(3):
        outbox.dispatch()
        due()
    waits = OutboxMessage.objects.get(topic=notices.EMAIL)
    settings.EMAIL_BACKEND = alive
    outbox.dispatch()
    OutboxMessage.objects.filter(topic="block-overridden").update(done_at=None)
    due()
    outbox.dispatch()

    assert (waits.done_at, waits.attempts >= 3) == (None, True)
    assert len(mail.outbox) == 1


def test_email_that_nobody_knows_whether_was_sent_is_not_sent_again(cast: Cast, by_email: str, settings: Any) -> None:
    alive = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Dying"
    override(cast)
    with pytest.raises(SystemExit):
        outbox.dispatch()
    settings.EMAIL_BACKEND = alive
    outbox.dispatch()
    midst = OutboxMessage.objects.get(topic=notices.EMAIL)
    due()
    outbox.dispatch()

    assert midst.done_at is None, "who is in the midst of it is given time"
    assert OutboxMessage.objects.get(topic=notices.EMAIL).done_at is not None
    assert len(mail.outbox) == 1


def test_address_is_hers_to_choose_and_to_refuse(cast: Cast, by_email: str) -> None:
    tove, whose = Visit(cast.citizen.person), cast.citizen.person.pk
    wrong = tove.post(PATH, wants_email="on", email="nonsense")
    tove.post(PATH, wants_email="on", email="anden@example.test")
    chosen = notices.address_of(whose)
    tove.post(PATH, email="anden@example.test")
    refused = notices.address_of(whose)
    tried = Visit(cast.daughter.person, acting_for=cast.citizen.person).post(PATH, wants_email="on", page="/portal/")

    assert (wrong.status_code, 'value="nonsense"' in wrong.text) == (422, True)
    assert (chosen, refused, tried.status_code) == ("anden@example.test", "", 403)
    assert notices.address_of(whose) == ""


def test_no_email_is_sent_of_what_she_has_read_or_where_none_is_set_up(
    cast: Cast, by_email: str, settings: Any
) -> None:
    override(cast)
    OutboxMessage.objects.update(next_attempt_at=factories.ahead(days=1))
    notices.tell(cast.citizen.person.pk, "consent-ends", "one")
    Visit(cast.citizen.person).get(PATH)
    outbox.dispatch()
    settings.SENDS_EMAIL = False
    notices.tell(cast.citizen.person.pk, "consent-ends", "two")

    assert mail.outbox == []
    assert OutboxMessage.objects.filter(topic=notices.EMAIL).count() == 1


def test_offer_that_waits_for_her_is_told_as_well(cast: Cast) -> None:
    mette = factories.aged(50)
    before = Visit(mette).get(PATH).text
    form = {"called": "Mette", "kinds": ["appointments"], "lasts": "365", "cpr": mette.cpr}
    Visit(cast.citizen.person).post("/portal/relatives/give/", form)

    assert "vil give dig en fuldmagt" not in before
    assert "vil give dig en fuldmagt" in Visit(mette).get(PATH).text
