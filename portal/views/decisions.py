"""The citizen decides: a block, a consent, the end of either. Chosen, shown what it would do, then confirmed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from access import service
from access.statements import Row, Source
from consents import services
from consents.fhir.blocks import BLOCK_SOURCE
from consents.fhir.permits import CONSENT_SOURCE
from consents.models import Block
from consents.sight import EMERGENCY_OVERRIDING, Place
from consents.trials import tried
from fhir.outcomes import FhirError
from organisations.fhir.professionals import PROFESSIONAL_SOURCE
from organisations.fhir.units import ORGANISATION_SOURCE
from organisations.models import Organisation
from portal.around import HELPERS, Around, around, in_force, with_those_above
from portal.decided import Decided
from portal.decision_forms import EVERYONE, BlockForm, ConsentForm, DecisionForm
from portal.effects import Told, told
from portal.views.access import AccessPage

MOST_FOUND = 20
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Chosen:
    """Whom an address names: a unit or a professional, by id and name."""

    value: str
    name: str
    unit: Organisation | None = None
    professional_id: UUID | None = None


class DecisionPage(AccessPage):
    """What the pages of a decision have in common."""

    @property
    def texts(self) -> dict[str, str]:
        """The texts of these pages."""
        return self.t["decide"]

    def effects(self, known: Around, change: Callable[[], Any], chosen: Chosen | None = None) -> Told:
        """What a change would do to those around the citizen, and to the one chosen. Raises FhirError."""
        visitor, names = self.visitor, dict[Place, str]()
        for unit in known.treating():
            places = known.places(unit, visitor.actor.moment)
            for place in places:
                role = self.t["access"][f"as_{place.acting_as}"]
                names[place] = f"{unit.name} ({role})" if len(places) > 1 else unit.name
                if chosen is not None and chosen.professional_id is not None:
                    person = Place(unit.pk, *place.role, professional_id=chosen.professional_id)
                    names[person] = f"{chosen.name} ({unit.name})"
        if chosen is not None and chosen.unit is not None:
            names.setdefault(
                Place(chosen.unit.pk, *HELPERS.get(Organisation.Kind(chosen.unit.kind), ())), chosen.unit.name
            )
        changes = tried(
            by=visitor.actor, citizen_id=visitor.citizen_id, change=change, places=[*names, EMERGENCY_OVERRIDING]
        )
        return told(changes, names, self.t["access"])

    def asked_for(self, request: HttpRequest) -> Chosen | None:
        """Whom the address names. Raises FhirError (404)."""
        for name in ("unit", "professional"):
            if text := request.GET.get(name, ""):
                return self.named(f"{'person' if name == 'professional' else 'unit'}:{text}")
        return None

    def named(self, value: str) -> Chosen | None:
        """A unit or a professional of the directory; None for everyone. Raises FhirError (404)."""
        sort, _colon, text = value.partition(":")
        if sort == EVERYONE:
            return None
        try:
            key = UUID(text)
        except ValueError as error:
            raise FhirError("not-found") from error
        if sort == "person":
            row = service.read(PROFESSIONAL_SOURCE, self.visitor.actor, key)
            return Chosen(value, f"{row['given_name']} {row['family_name']}", professional_id=key)
        service.read(ORGANISATION_SOURCE, self.visitor.actor, key)
        found = next(unit for unit in with_those_above([key]) if unit.pk == key)
        return Chosen(value, found.name, unit=found)

    def typed(self, request: HttpRequest) -> Chosen | None:
        """Whom the form names, who may be nobody around her; what names nobody at all the form itself refuses."""
        try:
            return self.named(request.POST.get("who", ""))
        except FhirError:
            return None

    def whom(self, known: Around, chosen: Chosen | None, *, with_everyone: bool) -> list[tuple[str, str]]:
        """The choices of whom it is for: the one named first, then those above it, then all others around."""
        found: dict[str, str] = {}
        if chosen is not None:
            person = self.texts["person_choice"].format(who=chosen.name)
            found[chosen.value] = person if chosen.professional_id else chosen.name
        named = known.units.get(chosen.unit.pk) if chosen is not None and chosen.unit is not None else None
        for unit in [*(known.above(named) if named else []), *known.treating(), *known.units.values()]:
            found.setdefault(f"unit:{unit.pk}", unit.name)
        return [*found.items(), *([(EVERYONE, self.texts["everyone"])] if with_everyone else [])]

    def found(self, request: HttpRequest) -> list[Organisation] | None:
        """Places by a part of their name; None where none is asked for. One statement."""
        wanted = " ".join(request.GET.get("q", "").split())
        if len(wanted) < SHORTEST_NAME:
            return None
        rows = Organisation.objects.filter(name__icontains=wanted, is_active=True).order_by("name", "pk")
        return list(rows[:MOST_FOUND])

    def form_of(self, kind: type[DecisionForm], request: HttpRequest, **more: Any) -> Any:
        """The form, with what was typed."""
        data = request.POST if request.method == "POST" else None
        actor = self.visitor.actor
        more |= {"texts": self.texts, "common": self.t["common"], "english": self.english}
        return kind(data, moment=actor.moment, **more)

    def decide(
        self, request: HttpRequest, form: Any, known: Around, change: Callable[[], Any], *, act: str
    ) -> HttpResponse | None:
        """Show what a valid form would do, or do it once that was read; None when it was refused, said in the form."""
        try:
            chosen = self.named(form.cleaned_data["who"])
            effect = self.effects(known, change, chosen)
            seen = request.POST.get("seen", "")
            if "confirm" in request.POST and seen == effect.digest:
                with transaction.atomic():
                    change()
                return self.done("portal-access", self.texts[f"done_{act}"])
        except service.Refused:
            raise
        except FhirError as error:
            form.refuse(error)
            return None
        name = "decision-live" if self.is_partial else "decision-try"
        return self.shown(name, form=form, effect=effect, is_changed="confirm" in request.POST, act=act)


class BlockView(DecisionPage):
    """Set a block, or let somebody see in spite of one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._form(request, around(self.visitor))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show what it would do, or do it."""
        if "back" in request.POST:
            return self._form(request, around(self.visitor))
        known = around(self.visitor)
        form = self._made(request, known)
        if not form.is_valid():
            return self._form(request, known, form)
        block, visitor = form.decision(self.visitor.citizen_id), self.visitor
        if any(self._is_same(row, block) for row in known.blocks):
            form.add_error("who", self.texts["already"])
            return self._form(request, known, form)

        def change() -> Row:
            return services.set_block(by=visitor.actor, source=BLOCK_SOURCE, block=block)

        act = "permit" if block.effect == Block.Effect.PERMIT else "block"
        answer = self.decide(request, form, known, change, act=act)
        return answer or self._form(request, known, form)

    def _made(self, request: HttpRequest, known: Around) -> BlockForm:
        """The form, of the one whom the address or the form itself names."""
        chosen = self.asked_for(request)
        chosen = chosen or self.typed(request)
        effect = request.GET.get("effect", "")
        first = {
            "effect": effect if effect in Block.Effect.values else Block.Effect.DENY,
            "who": chosen.value if chosen else "",
            "what": "everything",
        }
        units = [(str(unit.pk), unit.name) for unit in known.treating()]
        form: BlockForm = self.form_of(
            BlockForm, request, initial=first, whom=self.whom(known, chosen, with_everyone=True), units=units
        )
        return form

    def _form(self, request: HttpRequest, known: Around, form: BlockForm | None = None) -> HttpResponse:
        """The form, with what is wrong with it. Who may not block is told so at once."""
        if self.is_partial:  # not chosen in full: there is nothing to tell yet
            return self.shown("decision-live")
        self.looked([])
        form = form or self._made(request, known)
        wants = form["effect"].value()
        status = 422 if form.is_bound and form.errors and "back" not in request.POST else 200
        told: dict[str, Any] = {
            "act": "permit" if wants == Block.Effect.PERMIT else "block",
            "found": self.found(request),
        }
        told["is_narrowed"] = form["what"].value() != "everything" or bool(form["until"].value())
        return self.shown("decision", status=status, form=form, wanted=request.GET.get("q", ""), **told)

    def _is_same(self, row: Row, block: Any) -> bool:
        """Whether a block that holds is the same."""
        return in_force(row, self.visitor.actor) and all(
            row[column] == value
            for column, value in (
                ("effect", block.effect),
                ("is_everyone", block.is_everyone),
                ("unit_id", block.unit),
                ("professional_id", block.professional),
                ("is_everything", block.is_everything),
                ("origin_id", block.origin),
                ("period_start", block.period_start),
                ("period_end", block.period_end),
                ("end", block.end),
                ("item_id", None),
            )
        )


class ConsentView(DecisionPage):
    """Give a consent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._form(request, around(self.visitor))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show what it would do, or do it."""
        known = around(self.visitor)
        form = self._made(request, known)
        if "back" in request.POST or not form.is_valid():
            return self._form(request, known, form)
        visitor = self.visitor
        consents = form.decisions(visitor.citizen_id)

        def change() -> list[Row]:
            return [
                services.give_consent(by=visitor.actor, source=CONSENT_SOURCE, consent=consent) for consent in consents
            ]

        return self.decide(request, form, known, change, act="consent") or self._form(request, known, form)

    def _made(self, request: HttpRequest, known: Around) -> ConsentForm:
        """The form; what those at the place named in the address work with is proposed as the purpose."""
        chosen = self.asked_for(request)
        chosen = chosen or self.typed(request)
        unit = known.units.get(chosen.unit.pk) if chosen and chosen.unit else None
        purposes = [place.purpose for place in known.places(unit, self.visitor.actor.moment)] if unit else []
        first = {"who": chosen.value if chosen else "", "purpose": purposes[0] if purposes else "", "sub_units": True}
        whom = self.whom(known, chosen, with_everyone=False)
        form: ConsentForm = self.form_of(
            ConsentForm, request, initial=first, whom=[each for each in whom if each[0].startswith("unit:")],
            names=self.t["access"],
        )  # fmt: skip
        return form

    def _form(self, request: HttpRequest, known: Around, form: ConsentForm | None = None) -> HttpResponse:
        """The form, with what is wrong with it."""
        if self.is_partial:  # not chosen in full: there is nothing to tell yet
            return self.shown("decision-live")
        self.looked([])
        form = form or self._made(request, known)
        status = 422 if form.is_bound and form.errors and "back" not in request.POST else 200
        found = self.found(request)
        return self.shown(
            "decision", status=status, form=form, act="consent", found=found, wanted=request.GET.get("q", "")
        )


class EndView(DecisionPage):
    """End a consent or lift a block."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show what it would do."""
        known = around(self.visitor)
        row, source = self._row(known, key)
        return self._shown(known, row, source)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """End it, if it is still as it was shown."""
        known, version = around(self.visitor), request.POST.get("version", "")
        row, source = self._row(known, key)
        if not in_force(row, self.visitor.actor):
            return self._shown(known, row, source, status=409)
        if not version.isdigit() or int(version) != row["version"]:
            return self._shown(known, row, source, status=412, is_changed=True)
        effect = self.effects(known, lambda: self._end(row, source, int(version)))
        if request.POST.get("seen") != effect.digest:
            return self._shown(known, row, source, is_changed=True)
        try:
            self._end(row, source, int(version))
        except service.Refused:
            raise
        except FhirError:  # another did it in this very moment
            known = around(self.visitor)
            return self._shown(known, *self._row(known, key), status=409, is_changed=True)
        return self.done("portal-access", self.texts["done_end"])

    def _end(self, row: Row, source: Source, version: int) -> Row:
        """End it."""
        return services.withdraw(by=self.visitor.actor, source=source, key=row["id"], if_match=version)

    def _row(self, known: Around, key: UUID) -> tuple[Row, Source]:
        """The decision of this id. Raises FhirError (404)."""
        for rows, source in ((known.blocks, BLOCK_SOURCE), (known.consents, CONSENT_SOURCE)):
            if row := next((row for row in rows if row["id"] == key), None):
                return row, source
        raise FhirError("not-found")

    def _shown(
        self, known: Around, row: Row, source: Source, *, status: int = 200, is_changed: bool = False
    ) -> HttpResponse:
        """The decision, what ending it would do, and whether it has been ended already."""
        decision = Decided.of(row, self.t["access"], self.visitor.actor)
        holds = decision.in_force
        effect = self.effects(known, lambda: self._end(row, source, row["version"])) if holds else None
        return self.shown("decision-end", status=status, decision=decision, effect=effect, is_changed=is_changed)
