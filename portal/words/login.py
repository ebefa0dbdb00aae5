"""The pages to log in, to choose whom to act for, and to log out."""

WORDS = {
    "title": ("Log ind", "Log in"),
    "demo_lead": (
        "Dette er en prøve. Vælg en testperson, og se siderne som hun eller han ser dem.",
        "This is a trial. Choose a test person, and see the pages as she or he sees them.",
    ),
    "demo_as": ("Log ind som {who}", "Log in as {who}"),
    "acting_title": ("Hvem vil du handle for?", "Whom will you act for?"),
    "acting_self": ("Mig selv", "Myself"),
    "acting_proxy": ("{who} (fuldmagt)", "{who} (power of attorney)"),
    "acting_parent": ("{who} (forælder)", "{who} (parent)"),
    "acting_guardian": ("{who} (værge)", "{who} (guardian)"),
    "acting_go": ("Gå videre", "Go on"),
    "acting_choose": ("Vælg en person.", "Choose a person."),
    "out": ("Du er logget ud.", "You are logged out."),
    "idle": (
        "Du er ikke logget ind. Når siden har stået stille i et kvarter, bliver du logget ud.",
        "You are not logged in. When the page has been left for a quarter of an hour, you are logged out.",
    ),
}
