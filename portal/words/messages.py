"""The page of messages: each kind has its words, `kind_` and the topic of the event, and where to see more."""

WORDS = {
    "title": ("Beskeder", "Messages"),
    "lead": ("Her står, hvad der er sket.", "Here you see what has happened."),
    "none": ("Der er ingen beskeder.", "There are no messages."),
    "new": ("nye", "new"),
    "is_new": ("Ny", "New"),
    "older": ("Vis ældre", "Show older"),
    "offers": ("Nogen vil give dig en fuldmagt.", "Someone wants to give you a power of attorney."),
    "see": ("Se mere", "See more"),
    "kind_block-overridden": (
        "En fagperson så noget, som du har spærret for. Loven tillader det, når det er nødvendigt. Du kan se hvem og "
        "hvorfor.",
        "A professional saw something that you have blocked. The law allows it when it is necessary. You can see who "
        "and why.",
    ),
    "kind_power-taken": (
        "Din fuldmagt er taget imod. Den gælder nu.",
        "Your power of attorney was accepted.",
    ),
    "kind_power-changed": ("En fuldmagt, du har fået, er rettet.", "A power of attorney given to you was changed."),
    "kind_power-ended": ("En fuldmagt er stoppet.", "A power of attorney was stopped."),
    "kind_power-ends": (
        "En fuldmagt slutter snart. Den kan gives igen.",
        "A power of attorney ends soon. It can be given again.",
    ),
    "kind_consent-ends": (
        "Et samtykke slutter snart. Du kan give det igen.",
        "A consent ends soon. You can give it again.",
    ),
    "kind_log-question-answered": (
        "Der er svar på dit spørgsmål om, hvem der har set.",
        "There is an answer to your question about who has looked.",
    ),
    "email_title": ("E-mail om nye beskeder", "E-mail about new messages"),
    "email_lead": (
        "I e-mailen står kun, at der er en besked. Der står aldrig hvad.",
        "The e-mail only says that there is a message. It never says what.",
    ),
    "label_wants_email": ("Send mig en e-mail", "Send me an e-mail"),
    "label_email": ("E-mail", "E-mail"),
    "hint_email": (
        "Lad feltet stå tomt, hvis vi skal bruge den, der står i dit stamkort.",
        "Leave it empty if we shall use the one in your basic data.",
    ),
}
