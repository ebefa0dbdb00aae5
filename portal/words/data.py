"""The page of one's own data, and the document that is made of them."""

# What speaks to the citizen whom the pages are about, and is told of her by name to who acts for her.
OF_CITIZEN = frozenset(
    {
        "file_lead",
    }
)

WORDS = {
    "title": ("Mine data", "My data"),
    "lead": ("Du kan hente alt det, du kan se her.", "You can download all that you can see here."),
    "document": ("Til at læse", "To read"),
    "document_lead": ("Du kan gemme det eller printe det.", "You can keep it or print it."),
    "document_go": ("Hent som PDF", "Download as PDF"),
    "file": ("Til et andet system", "For another system"),
    "file_lead": (
        "En fil med alle detaljer. Den er lavet til maskiner. Den har dit CPR-nummer.",
        "A file with all details. It is made for machines. It holds your CPR number.",
    ),
    "file_go": ("Hent som fil", "Download as a file"),
    "care": ("Pas på filen", "Take care of it"),
    "care_lead": (
        "Det er dit ansvar, når du har hentet den. Gem den ikke på en fælles computer.",
        "It is your responsibility when you have downloaded it. Do not keep it on a shared computer.",
    ),
    "left_out_title": ("Det er ikke med", "What is left out"),
    "left_out": (
        "Listen over, hvem der har set. Den kan du hente på sin egen side.",
        "The list of who has looked. You can download it on its own page.",
    ),
    "left_out_acting": (
        "Det, du ikke må se på den andens vegne.",
        "What you may not see on the other's behalf.",
    ),
    "paper_title": ("Oplysninger fra Samlet Patientoverblik", "Data from Shared patient overview"),
    "paper_of": ("Om {who}", "About {who}"),
    "paper_made": ("Hentet {when} af {who}.", "Downloaded {when} by {who}."),
    "paper_page": ("Side", "Page"),
    "paper_of_pages": ("af", "of"),
    "paper_most": (
        "Der er mere, end der er plads til her. Resten står i filen.",
        "There is more than there is room for here. The rest stands in the file.",
    ),
}
