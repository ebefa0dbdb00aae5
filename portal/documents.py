"""One's own data as a document to read: plain lines under headings, in a PDF that tells its language and its pages."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.staticfiles import finders
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from fhir.lines import Section

FONT = "dkfds/fonts/IBMPlexSans/complete/ttf/IBMPlexSans-{}.ttf"
BODY, HEADING, TITLE, SMALL = 12, 15, 20, 10  # points
MARGIN = 20  # millimetres
# What stays on one page: a thing of two lines, and a heading with the first thing below it.
ITEM, SECTION_BEGIN = 14, 26  # millimetres
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Told:
    """What the document says: its title, the lines under it, and the sections. `texts` are those of the page."""

    title: str
    lead: Sequence[str]
    left_out: Sequence[str]
    sections: Sequence[Section]
    language: str
    texts: dict[str, str]


class _Paper(FPDF):
    """A4, with the pages numbered, in the letters of the pages where those are installed."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__(format="A4")
        self.texts = texts
        regular, bold = finders.find(FONT.format("Regular")), finders.find(FONT.format("Bold"))
        self.face = "Helvetica"
        if regular and bold:
            self.face = "Plex"
            self.add_font("Plex", "", str(regular))
            self.add_font("Plex", "B", str(bold))
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN)

    def footer(self) -> None:
        """Which page of how many."""
        self.set_y(-MARGIN + 5)
        self.set_font(self.face, size=SMALL)
        pages = f"{self.texts['paper_of_pages']} {{nb}}"
        self.cell(w=0, text=f"{self.texts['paper_page']} {self.page_no()} {pages}", align="C")

    def said(self, text: str, *, size: int = BODY, is_bold: bool = False, after: float = 0) -> None:
        """Lines of text; `after` is the space below, in millimetres."""
        self.set_font(self.face, "B" if is_bold else "", size)
        if self.face == "Helvetica":  # knows the letters of western Europe alone
            text = text.replace("–", "-").encode("latin-1", "replace").decode("latin-1")
        self.multi_cell(w=0, h=size * 0.5, text=text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def keep_together(self, height: float) -> None:
        """Begin a new page where so many millimetres are not left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def headed(self, text: str, size: int, level: int) -> None:
        """A heading, which stands in the outline too."""
        self.start_section(text, level=level)
        self.said(text, size=size, is_bold=True, after=2)


def document(told: Told) -> bytes:
    """The document. Its title in the reader's bar tells nothing of anybody."""
    paper = _Paper(told.texts)
    paper.set_lang(told.language)
    paper.set_title(told.texts["paper_title"])
    paper.add_page()
    paper.headed(told.title, TITLE, 0)
    for line in told.lead:
        paper.said(line, after=1)
    paper.ln(3)
    paper.headed(told.texts["left_out_title"], HEADING, 1)
    for line in told.left_out:
        paper.said(line, after=1)
    for section in told.sections:
        paper.ln(4)
        paper.keep_together(SECTION_BEGIN)
        paper.headed(section.title, HEADING, 1)
        for each in section.lines:
            paper.keep_together(ITEM)
            paper.said(each.title, is_bold=True)
            paper.said(", ".join(part for part in (each.when, each.kind, each.status) if part) or "-", after=2)
    return bytes(paper.output())
