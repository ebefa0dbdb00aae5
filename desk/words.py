"""What the desk's pages say, Danish first, English second."""

Texts = tuple[str, str]

# Of the pages: the templates name these.
PAGE: dict[str, Texts] = {
    "service": ("Samlet Patientoverblik", "Shared patient overview"),
    "other_language": ("In English", "På dansk"),
    "close": ("Luk", "Close"),
    "skip": ("Gå til indholdet", "Skip to the content"),
    "closed_title": ("Siden er lukket", "The page is closed"),
    "closed": (
        "Åbn borgeren igen fra dit eget system. Et link virker én gang og i ét minut.",
        "Open the citizen again from your own system. A link works once and for one minute.",
    ),
    "ground_title": ("Hvorfor åbner du overblikket?", "Why do you open the overview?"),
    "ground_lead": (
        "Du er ved at åbne oplysninger om en borger fra andre dele af sundhedsvæsenet og kommunen. Vælg grunden; den "
        "bliver skrevet i loggen, som borgeren kan se.",
        "You are about to open information about a citizen from other parts of the health service and the "
        "municipality. Choose the reason; it is written to the log, which the citizen can see.",
    ),
    "ground_law": (
        "Valget giver ikke i sig selv adgang: du ser det, som loven lader dig se, og borgerens spærringer gælder.",
        "The choice gives no access by itself: you see what the law lets you see, and the citizen's blocks hold.",
    ),
    "treatment": ("Nødvendigt i aktuel behandling", "Needed in current treatment"),
    "treatment_hint": (
        "Borgeren er i behandling her, og oplysningerne er nødvendige nu (sundhedsloven § 42 a).",
        "The citizen is in treatment here, and the information is needed now (health act § 42 a).",
    ),
    "agrees": ("Borgeren er enig", "The citizen agrees"),
    "agrees_hint": ("Borgeren har sagt ja til, at du ser det nu.", "The citizen has said yes to you seeing it now."),
    "reason": ("Begrundelse", "Reason"),
    "reason_hint": (
        "Skriv kort hvorfor, mindst 10 tegn, uden CPR-nummer. Nødvendig, når borgeren ikke er spurgt.",
        "Say briefly why, at least 10 characters, without a CPR number. Needed where the citizen was not asked.",
    ),
    "open": ("Åbn overblikket", "Open the overview"),
    "error_choice": ("Vælg en af grundene.", "Choose one of the reasons."),
    "error_reason": (
        "Skriv begrundelsen med ord, 10 til 300 tegn.",
        "State the reason in words, 10 to 300 characters.",
    ),
    "refused_title": ("Overblikket kan ikke åbnes", "The overview cannot be opened"),
    "you": ("Du er", "You are"),
    "opened_as": ("Åbnet som", "Opened as"),
    "nothing": ("Der er intet, som du kan se her.", "There is nothing here that you may see."),
    "born": ("Født", "Born"),
    "dead": ("Død", "Dead"),
    "more": ("Vis resten", "Show the rest"),
    "note": (
        "Her står det, som loven lader dig se nu. Der kan være mere.",
        "This is what the law lets you see now. There may be more.",
    ),
    "logged": ("Opslaget står i loggen.", "The look-up stands in the log."),
}


def page(*, english: bool) -> dict[str, str]:
    """Every text of the pages in the reader's language, by name."""
    return {name: texts[english] for name, texts in PAGE.items()}
