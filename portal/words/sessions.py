"""The page of one's own log-ins."""

WORDS = {
    "title": ("Mine log-ind", "My log-ins"),
    "lead": (
        "Her ser du, hvor du er logget ind lige nu. Er der en, du ikke kender? Så log den ud, og skift din kode.",
        "Here you see where you are logged in right now. Is there one that you do not know? Then log it out, and "
        "change your password.",
    ),
    "most": (
        "Du kan være logget ind {many} steder på en gang. Er der flere, bliver den ældste logget ud.",
        "You can be logged in at {many} places at a time. If there are more, the oldest is logged out.",
    ),
    "open": ("Logget ind nu", "Logged in now"),
    "over": ("Tidligere", "Earlier"),
    "over_lead": ("De sidste 30 dage.", "The last 30 days."),
    "this": ("Den, du bruger nu", "The one you use now"),
    "began": ("Logget ind {when}", "Logged in {when}"),
    "seen": ("Sidst brugt {when}", "Last used {when}"),
    "network": ("Fra netværk {network}", "From network {network}"),
    "end": ("Log denne ud", "Log this one out"),
    "end_others": ("Log alle andre ud", "Log all others out"),
    "ended": ("Den er logget ud.", "It is logged out."),
    "others_ended": ("Alle andre er logget ud.", "All others are logged out."),
    "no_others": ("Du er ikke logget ind andre steder.", "You are not logged in anywhere else."),
    "phone": ("Telefon", "Phone"),
    "tablet": ("Tablet", "Tablet"),
    "computer": ("Computer", "Computer"),
    "edge": ("Edge", "Edge"),
    "opera": ("Opera", "Opera"),
    "firefox": ("Firefox", "Firefox"),
    "chrome": ("Chrome", "Chrome"),
    "safari": ("Safari", "Safari"),
}
