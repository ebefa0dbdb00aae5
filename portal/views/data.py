"""One's own data to take away: as one FHIR bundle, and as a document to read."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from access import service
from access.actors import danish_day
from access.everything import everything
from access.faces import Found
from access.rest import represent
from fhir.lines import sections_of
from portal.documents import Told, document
from portal.pages import VisitorPage
from portal.templatetags.portal import when

# So many things are told in the document at most; the file holds all.
MOST = 3000


class DataView(VisitorPage):
    """What can be downloaded. All that there is of a person: she must have proved lately who she is."""

    place = "data"
    proved_for = ("GET", "HEAD")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self.shown("data")


class _Download(VisitorPage):
    """A download of all that the visitor may see of the citizen: decided and logged as `$everything`, and as itself."""

    place = "data"
    proved_for = proved_before = ("GET", "HEAD")
    proved_back = "portal-data"

    def pages(self, form: str) -> Iterator[Found]:
        """The pages of it, the first of which is fetched before anything is answered. Raises FhirError (403)."""
        actor, whose = self.visitor.actor, self.visitor.citizen_id
        found = everything(actor, whose)
        first = next(found)
        service.log(actor, "download", "Patient", citizen_id=whose, outcome="permit", query=form)
        return chain([first], found)

    def named(self, answer: Any, ending: str) -> Any:
        """The answer with a name for the file, which tells the day and nothing of anybody."""
        name = "mine-data" if not self.english else "my-data"
        day = danish_day(self.visitor.actor.moment)
        answer["Content-Disposition"] = f'attachment; filename="{name}-{day}.{ending}"'
        return answer


class FileView(_Download):
    """All of it as one bundle."""

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Send it page by page, however much there is."""
        parts = self._bundle(self.pages("file"))
        return self.named(StreamingHttpResponse(parts, content_type="application/fhir+json"), "json")  # type: ignore[no-any-return]

    def _bundle(self, pages: Iterator[Found]) -> Iterator[bytes]:
        actor = self.visitor.actor
        yield b'{"resourceType":"Bundle","type":"collection","timestamp":' + orjson.dumps(actor.moment) + b',"entry":['
        comma = b""
        for page in pages:
            for face, row in page:
                address = f"{settings.PUBLIC_URL}/fhir/{face.type}/{row['id']}"
                yield comma + orjson.dumps({"fullUrl": address, "resource": represent(face, row, actor)})
                comma = b","
        yield b"]}"


class DocumentView(_Download):
    """All of it in plain lines."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send it."""
        texts, visitor = self.t["data"], self.visitor
        resources: list[dict[str, Any]] = []
        is_cut = False
        for page in self.pages("document"):
            resources += [represent(face, row, visitor.actor) for face, row in page if face.type != "Patient"]
            if is_cut := len(resources) >= MOST:
                break
        lead = [
            texts["paper_made"].format(when=when(visitor.actor.moment), who=_name(visitor.me)),
            *([texts["paper_most"]] if is_cut else []),
        ]
        told = Told(
            title=texts["paper_of"].format(who=_name(visitor.subject)),
            lead=lead,
            left_out=[texts["left_out"], *([texts["left_out_acting"]] if visitor.is_acting else [])],
            sections=sections_of(resources, english=self.english),
            language="en" if self.english else "da",
            texts=texts,
        )
        return self.named(HttpResponse(document(told), content_type="application/pdf"), "pdf")  # type: ignore[no-any-return]


def _name(citizen: Any) -> str:
    """A name."""
    return f"{citizen.given_name} {citizen.family_name}"
