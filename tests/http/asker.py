"""One of the cast asking the running service: what she gets, what refuses her, and what the log says of it."""

from typing import Any

from audit.models import Entry
from fhir.ids import new_key
from tests import factories
from tests.cast import Cast, Member
from tests.http import kit


class Asker:
    """One of the cast, asking the running service about the citizen of the cast."""

    def __init__(self, service: kit.Service, cast: Cast, member: Member) -> None:
        self.service, self.cast, self.member = service, cast, member

    def reads(self, kind: str, thing: Any, *, rule: str) -> dict[str, Any]:
        """She gets it, by this rule; the explanation and the log say so too."""
        with self.service.as_(self.member) as client:
            answer = client.get(f"/{kind}/{thing.pk}")
            assert answer.status_code == 200, answer.text
            row = self.row(kind, "read")
            told = client.explain(f"/{kind}/{thing.pk}")

        assert told["verdict"] == "permit"
        assert rule in {held["code"] for held in told["rule"]}
        assert (row.outcome, row.resource_ids) == ("permit", [thing.pk])
        assert rule in row.rules
        body: dict[str, Any] = answer.json()
        return body

    def is_refused(self, kind: str, thing: Any, *, gate: str, reason: str, hint: str) -> None:
        """She gets a 403 with gate, reason and the nearest lawful way; the explanation and the log say so too."""
        with self.service.as_(self.member) as client:
            answer = client.get(f"/{kind}/{thing.pk}")
            assert answer.status_code == 403, answer.text
            row = self.row(kind, "read")
            told = client.explain(f"/{kind}/{thing.pk}")
            listed = client.get(f"/{kind}?patient=Patient/{self.cast.citizen.person.pk}")

        assert kit.codes_of(answer.json()) == {"forbidden", gate, reason}
        assert kit.hint_of(answer.json()) == hint
        assert (told["verdict"], told["gate"], told["reason"]) == ("deny", gate, reason)
        assert told["nearest"]["way"] == hint
        assert (row.outcome, row.reason, row.resource_ids, row.rules) == ("refuse", reason, [thing.pk], [])
        assert str(thing.pk) not in listed.text

    def finds_nothing(self, kind: str, thing: Any) -> None:
        """It looks to her as if it did not exist, from every side; the log knows that a block decided."""
        missing, before = new_key(), factories.now()
        with self.service.as_(self.member) as client:
            pairs = [
                (client.get(f"/{kind}/{thing.pk}{tail}"), client.get(f"/{kind}/{missing}{tail}"))
                for tail in ("", "/_history", "/_history/1", "/$explain-access")
            ]
            listed = client.get(f"/{kind}?patient=Patient/{self.cast.citizen.person.pk}")
            overview = client.get(f"/Patient/{self.cast.citizen.person.pk}/$overview")
        rows = Entry.objects.filter(resource_ids=[thing.pk], recorded_at__gte=before)

        for real, none in pairs:
            assert (real.status_code, real.json()) == (none.status_code, none.json())
        assert pairs[0][0].status_code == 404
        assert [(row.outcome, row.reason) for row in rows] == [("refuse", "blocked")] * len(pairs)
        assert str(thing.pk) not in listed.text + overview.text
        assert "total" not in listed.json()

    def row(self, kind: str, interaction: str) -> Entry:
        """The newest row of her look-ups about the citizen."""
        return kit.last_entry(
            self.cast.citizen.person,
            resource_type=kind,
            interaction=interaction,
            professional_id=self.member.actor.professional_id,
        )


def hers(cast: Cast, **given: Any) -> dict[str, Any]:
    """What a factory is given to make something of the citizen's."""
    return {"citizen": cast.citizen.person, **given}
