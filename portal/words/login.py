"""The pages to log in, to choose whom to act for, and to log out."""

WORDS = {
    "title": ("Log ind", "Log in"),
    "lead": (
        "Du skal vise, hvem du er. Det gør du med MitID.",
        "You have to show who you are. You do that with MitID.",
    ),
    "go": ("Log ind med MitID", "Log in with MitID"),
    "not_set_up": (
        "Man kan ikke logge ind her endnu. Log-ind er ikke sat op.",
        "It is not possible to log in here yet. Log-in is not set up.",
    ),
    "demo_only": (
        "Testpersoner findes kun i prøven.",
        "There are test persons in the trial only.",
    ),
    "failed_title": ("Du er ikke logget ind", "You are not logged in"),
    "failed": (
        "Det gik ikke denne gang. Prøv at logge ind igen.",
        "It did not work this time. Please try to log in again.",
    ),
    "stopped": (
        "Du stoppede, før du var færdig. Du kan prøve igen, når du vil.",
        "You stopped before you were done. You can try again whenever you like.",
    ),
    "unreachable": (
        "Vi kan ikke få fat i MitID lige nu. Vent lidt, og prøv igen.",
        "We cannot reach MitID right now. Please wait a little, and try again.",
    ),
    "anew_failed": (
        "Det er for længe siden, at du viste, hvem du er. Prøv igen.",
        "It is too long since you showed who you are. Please try again.",
    ),
    "anew_title": ("Vis igen, hvem du er", "Show again who you are"),
    "anew": (
        "Det, du vil nu, er vigtigt. Derfor skal vi være helt sikre på, at det er dig. Log ind en gang til.",
        "What you want to do now is important. So we have to be quite sure that it is you. Please log in once more.",
    ),
    "made_room": (
        "Du var logget ind for mange steder. Vi har logget den ud, som du ikke har brugt længst.",
        "You were logged in at too many places. We logged out the one that you have not used for the longest time.",
    ),
    "unknown": (
        "Vi kan ikke vise dig noget her. Spørg på det sted, hvor du får hjælp eller bliver behandlet.",
        "We cannot show you anything here. Please ask at the place where you get help or treatment.",
    ),
    "again": ("Prøv igen", "Try again"),
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
    "persona_lars": ("Lars, som har KOL", "Lars, who has COPD"),
    "persona_lars-daughter": ("Mette, datter af Lars, med fuldmagt", "Mette, daughter of Lars, with power of attorney"),
    "persona_poul": ("Poul, som har dårlige lunger", "Poul, who has bad lungs"),
    "persona_hans": ("Hans, som har flere sygdomme", "Hans, who has several illnesses"),
    "persona_emma": ("Emma, 16 år", "Emma, 16"),
    "persona_sofie-mother": ("Maria, mor til Sofie på 9 år", "Maria, mother of Sofie who is 9"),
    "persona_ingrid-guardian": ("Bo, værge for Ingrid", "Bo, guardian of Ingrid"),
}
