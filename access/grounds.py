"""The grounds: each paragraph that a rule rests on, with its dates, how sure we are, and one plain sentence.

The law is quoted here and only here. `certainty` follows the marks of the law study: "stated" (in a source document),
"found" (in stored public material), "known" (general knowledge) and "open" (uncertain: the rule stands on the strict
side). Dates are days in Denmark; `valid_to` is the first day on which the ground no longer holds.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Certainty = Literal["stated", "found", "known", "open"]


@dataclass(frozen=True)
class Ground:
    """One legal source."""

    code: str
    act: str
    paragraph: str
    certainty: Certainty
    professional_da: str
    professional_en: str
    citizen_da: str
    citizen_en: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def citation(self) -> str:
        """The act and paragraph as a jurist writes them."""
        return f"{self.act} {self.paragraph}".strip()

    def holds_on(self, day: date) -> bool:
        """Whether the ground is in force on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


OWN_ACCESS = Ground(
    "own-access",
    "Sundhedsloven",
    "§§ 36-38",
    "known",
    "Borgeren ser sine egne oplysninger.",
    "The citizen sees her own data.",
    "Det er dine egne oplysninger.",
    "These are your own data.",
)
POWER_OF_ATTORNEY = Ground(
    "power-of-attorney",
    "Fuldmagt",
    "(digital fuldmagt på sundhed.dk)",
    "stated",
    "Borgeren har givet fuldmagt til det, som fuldmagten nævner, så længe den gælder.",
    "The citizen gave a power of attorney; it covers what it names while it lasts.",
    "Du har givet fuldmagt til det.",
    "You gave a power of attorney for this.",
)
CUSTODY = Ground(
    "custody",
    "Sundhedsloven",
    "§§ 39 a-39 b",
    "found",
    "Forældremyndighedens indehaver ser oplysninger om et barn under 15 år.",
    "The holder of custody sees the data of a child under 15.",
    "Dine forældre kan se oplysningerne, indtil du fylder 15 år.",
    "Your parents can see the data until your 15th birthday.",
)
GUARDIANSHIP = Ground(
    "guardianship",
    "Værgemålsloven",
    "§ 5",
    "known",
    "Værgen handler i personlige forhold, herunder helbred, inden for beslutningen om værgemål.",
    "The guardian acts in personal matters, health included, within the decree.",
    "Din værge må se oplysningerne.",
    "Your guardian may see the data.",
)
TREATMENT_LOOKUP = Ground(
    "treatment-lookup",
    "Sundhedsloven",
    "§ 42 a, stk. 1",
    "found",
    "Opslag er nødvendigt for den aktuelle behandling af borgeren.",
    "The look-up is needed for the current treatment of the citizen.",
    "Du er i behandling eller pleje der, og de må se det, som behandlingen kræver.",
    "You are treated or cared for there, and they may see what the treatment needs.",
)
IMPORTANT_CONSIDERATIONS = Ground(
    "important-considerations",
    "Sundhedsloven",
    "§ 42 a, stk. 2",
    "found",
    "Spærringen er brudt af hensyn, der vejer tungere; begrundelsen er skrevet ned og bliver set efter.",
    "The block was overridden for weightier considerations; the reason is on record and is reviewed.",
    "Din spærring blev brudt. Begrundelsen er skrevet ned og bliver set efter.",
    "Your block was overridden. The reason was written down and is reviewed.",
)
PERMITTED_STAFF = Ground(
    "permitted-staff",
    "Sundhedsloven",
    "§ 42 a, stk. 4",
    "found",
    "Ledelsen har givet medarbejderen tilladelse til opslag i den samlede behandling.",
    "Management permits this member of staff to look up for the treatment as a whole.",
    "En på stedet hjælper dem, der behandler dig.",
    "Somebody there helps those who treat you.",
)
DECLINE = Ground(
    "decline",
    "Sundhedsloven",
    "§ 41, stk. 3, og § 42 a, stk. 5",
    "found",
    "Borgeren har frabedt sig opslag.",
    "The citizen declined look-up.",
    "Du har spærret for det.",
    "You blocked it.",
)
CONSENTED_DISCLOSURE = Ground(
    "consented-disclosure",
    "Sundhedsloven",
    "§ 43, stk. 1, og § 44",
    "found",
    "Borgeren har skriftligt givet samtykke; det gælder højst et år.",
    "The citizen consented in writing; the consent lasts at most one year.",
    "Du har givet samtykke til det.",
    "You consented to it.",
)
SOCIAL_DISCLOSURE = Ground(
    "social-disclosure",
    "Forvaltningsloven",
    "§ 28",
    "open",
    "Kommunens oplysninger efter service- og ældreloven må kun deles med borgerens samtykke.",
    "What the municipality recorded under service or elderly law is shared only with the citizen's consent.",
    "Du har sagt ja til, at kommunen deler det, den har skrevet.",
    "You have said yes to the municipality sharing what it wrote.",
)
APPOINTMENT_TIMES = Ground(
    "appointment-times",
    "Retssikkerhedsloven",
    "§ 13, stk. 1",
    "found",
    "Kommunen må dele, hvornår borgeren får hjælp, til planlægning af aftaler; ikke hjælpens indhold.",
    "The municipality may share when help is given, to plan appointments; not its content.",
    "De må se, hvornår du får hjælp, men ikke hvad hjælpen går ud på.",
    "They may see when help is given, not what it is about.",
    valid_from=date(2022, 1, 1),
)
OWN_SERVICE = Ground(
    "own-service",
    "Serviceloven og ældreloven",
    "(egen opgave)",
    "known",
    "Kommunens egen opgave efter den lov, som oplysningen er skrevet under.",
    "The municipality's own task under the act the data were recorded in.",
    "Det er kommunens egne oplysninger om den hjælp, de giver dig.",
    "These are the municipality's own data about the help they give you.",
)
DISCHARGE_PARTY = Ground(
    "discharge-party",
    "Psykiatriloven",
    "§ 13 c",
    "stated",
    "Enheden er part i udskrivningsaftalen eller koordinationsplanen.",
    "The unit is a party to the discharge agreement or coordination plan.",
    "De er med i din udskrivningsaftale eller koordinationsplan.",
    "They take part in your discharge agreement or coordination plan.",
)
CITIZENS_CHOICE = Ground(
    "citizens-choice",
    "Borgerens egen deling",
    "(stiltiende samtykke efter eget valg)",
    "open",
    "Borgeren har selv valgt, hvem der ser hendes livsmål.",
    "The citizen chose who sees her life goals.",
    "Du har valgt at dele det med dem.",
    "You chose to share it with them.",
)
TREATMENT_WILL = Ground(
    "treatment-will",
    "Sundhedsloven",
    "§ 26",
    "found",
    "Læge og sygeplejerske ser indholdet, når en nævnt situation foreligger; tandlæge ser kun ønsket om tvang.",
    "Doctors and nurses see the content in the stated situations; dentists only the wish about force.",
    "En læge eller sygeplejerske havde brug for at kende dit testamente.",
    "A doctor or nurse needed to know your will.",
)
RESUSCITATION_REFUSAL = Ground(
    "resuscitation-refusal",
    "Sundhedsloven",
    "§§ 25 a-25 b",
    "found",
    "Kun borgeren selv, fyldt 60 år, kan fravælge genoplivning; fravalget virker efter syv dage.",
    "Only the citizen herself, 60 or older, can refuse resuscitation; the refusal takes effect after seven days.",
    "Du bestemmer selv, om du vil genoplives, når du er fyldt 60 år.",
    "From the age of 60 it is your own choice whether to be resuscitated.",
    valid_from=date(2025, 1, 15),
)
STAMKORT_SHARING = Ground(
    "stamkort-sharing",
    "Sundhedsloven",
    "§ 193 b (Fælles Stamkort 3.0)",
    "found",
    "Stamkortets registeroplysninger og registreringer deles med dem, der behandler; spærring tilbydes ikke.",
    "Register data and registrations of the stamkort are shared with those who treat; no block is offered.",
    "De, der behandler dig, kan se det, som registre siger om dig.",
    "Those who treat you can see what registers say about you.",
)
PLAN_OF_PARTS = Ground(
    "plan-of-parts",
    "Planens egne dele",
    "(hver del efter sin egen lov)",
    "known",
    "Planen ses, fordi en del af den må ses; resten af planen vises ikke.",
    "The plan is seen because a part of it may be seen; the rest is not shown.",
    "De må se en del af din plan, og kun den del.",
    "They may see a part of your plan, and only that part.",
)
ORIGIN_OF_DATA = Ground(
    "origin-of-data",
    "Oplysningens eget grundlag",
    "(den, der ser oplysningen, ser hvor den kommer fra)",
    "known",
    "Hvem der skrev en oplysning, ses af dem, der må se oplysningen.",
    "Who wrote something is seen by those who may see what was written.",
    "De må se oplysningen, og derfor også hvem der har skrevet den.",
    "They may see the data, and so also who wrote them.",
)
OWN_SET_UP = Ground(
    "own-set-up",
    "Egen opsætning",
    "(om ingen borgers forhold)",
    "known",
    "Systemet ser sin egen enheds abonnementer; hver besked afgøres for sig, når den sendes.",
    "The system sees the subscriptions of its own unit; each message is decided by itself when it is sent.",
    "Et system på stedet har bedt om at få besked, når der sker noget nyt.",
    "A system at the place asked to be told when something new happens.",
)
DIRECTORY = Ground(
    "directory",
    "Offentlige registre",
    "(SOR og autorisationsregistret)",
    "known",
    "Enheder og fagpersoner står i offentlige registre.",
    "Units and professionals stand in public registers.",
    "Navne på steder og fagfolk kan alle se.",
    "Everybody can see the names of places and professionals.",
)
OWN_EVALUATION = Ground(
    "own-evaluation",
    "Sundhedsloven",
    "§ 42 d, stk. 2, nr. 1",
    "found",
    "Vurdering af egen indsats, højst seks måneder efter behandlingen.",
    "Evaluation of one's own effort, at most six months after the treatment.",
    "En, der har behandlet dig, har set på sin egen indsats.",
    "Somebody who treated you looked back at her own work.",
)
QUALITY_WORK = Ground(
    "quality-work",
    "Sundhedsloven",
    "§ 42 d, stk. 2, nr. 2",
    "found",
    "Kvalitetssikring på eget behandlingssted med ledelsens tilladelse; oplysninger under fem år gamle.",
    "Quality assurance at one's own place with the management's permit; data less than five years old.",
    "Stedet har behandlet dig og ser nu på, om det gør det godt.",
    "The place treated you, and looks at how well it works.",
)
SELF_DETERMINATION = Ground(
    "self-determination",
    "Sundhedsloven og forvaltningsloven",
    "§§ 41-44 og § 28",
    "found",
    "Borgeren bestemmer selv, hvem oplysningerne deles med, og kan altid fortryde.",
    "The citizen decides with whom the data are shared, and may always change her mind.",
    "Du bestemmer selv, hvem der må se dine data. Du kan altid fortryde.",
    "It is your choice who may see your data. It can always be undone.",
)
NOTED_CONSENT = Ground(
    "noted-consent",
    "Sundhedsloven",
    "§ 42",
    "found",
    "Et samtykke gives til den, der behandler eller modtager, og føres i journalen; det samme gælder, når det trækkes "
    "tilbage.",
    "A consent is given to who treats or receives, and is entered in the record; so is its withdrawal.",
    "Du sagde ja, eller trak dit ja tilbage, i en samtale. Det blev skrevet i din journal.",
    "You said yes, or took it back, in a conversation. It was written in your record.",
)
PARTY_TO_CONSENT = Ground(
    "party-to-consent",
    "Samtykkets egne parter",
    "(den, samtykket nævner, eller som tog imod det)",
    "open",
    "Den, samtykket gælder for, og den, der tog imod det, kan se samtykket.",
    "The one whom the consent names, and the one who received it, can see it.",
    "De kan se det samtykke, du har givet dem.",
    "They can see the consent that you gave them.",
)
LOG_ACCESS = Ground(
    "log-access",
    "Sundhedsloven",
    "§ 193 b, stk. 3, nr. 4",
    "found",
    "Borgeren ser, hvem der har slået op; fagpersonen ser sine egne opslag.",
    "The citizen sees who looked; the professional sees her own look-ups.",
    "Du har ret til at se, hvem der har set dine oplysninger.",
    "You have a right to see who looked at your data.",
)
LOOK_UP_AUDIT = Ground(
    "look-up-audit",
    "Auditpligt",
    "(myndighedens kontrol af egne opslag)",
    "known",
    "Myndigheden kontrollerer, hvad dens egne medarbejdere har slået op; kontrollen ser loggen og intet andet.",
    "The authority checks what its own staff looked up; the check sees the log and nothing else.",
    "Din kommune eller region kontrollerer, om dens egne medarbejdere havde lov til at slå op.",
    "Your municipality or region checks whether its own staff were allowed to look.",
)
SUPERVISION = Ground(
    "supervision",
    "Sundhedsloven",
    "§ 43, stk. 2, nr. 3",
    "found",
    "Et tilsyn slår ikke op; den, der har oplysningerne, videregiver, hvad tilsynet skal bruge.",
    "A supervising authority looks nothing up; who holds the data passes on what supervision needs.",
    "Et tilsyn kan ikke selv slå op; det får, hvad det skal bruge, af dem, der har oplysningerne.",
    "A supervising authority cannot look by itself; it gets what it needs from those who hold the data.",
)
SHARED_INFRASTRUCTURE = Ground(
    "shared-infrastructure",
    "Sundhedsloven",
    "§ 193 b, stk. 2",
    "found",
    "Kun personer i sundhedsvæsenet med tavshedspligt må slå op, og kun til forebyggelse, behandling og pleje.",
    "Only persons in the health sector under secrecy may look up, for prevention, treatment and nursing.",
    "Kun fagfolk, der har pligt til at tie, må slå op.",
    "Only professionals under a duty of secrecy may look up.",
)
SOCIAL_LOOKUP = Ground(
    "social-lookup",
    "Sundhedsloven",
    "§ 193 b (lovforslag L 44, 2025-26)",
    "open",
    "Nye regler lader en sundhedsperson se kommunens oplysninger efter service- og ældreloven i aktuel behandling.",
    "New rules let a health professional see what was recorded under service or elderly law in current treatment.",
    "Du er i behandling der, og de må se, hvad kommunen har skrevet om den hjælp, du får.",
    "You are treated there, and they may see what the municipality recorded about your help.",
)
EMERGENCY = Ground(
    "emergency",
    "Forvaltningsloven",
    "§ 28, stk. 2, nr. 3, og nødret",
    "open",
    "I en nødsituation er kommunens oplysninger set uden samtykke; begge begrundelser er skrevet ned og indberettet.",
    "In an emergency the municipality's data were seen without consent; both reasons are on record and reported.",
    "Det var en nødsituation. Begrundelsen er skrevet ned og bliver set efter.",
    "It was an emergency. The reason was written down and is reviewed.",
)
ELDERLY_TEAM = Ground(
    "elderly-team",
    "Ældreloven",
    "(helhedspleje) og sundhedsloven § 138",
    "open",
    "Kommunens sygepleje og hjemmepleje er ét team om borgeren.",
    "The municipality's nurses and home carers are one team around the citizen.",
    "De hører til det team i kommunen, der hjælper dig.",
    "They belong to the municipal team that helps you.",
)
OWN_RECORDING = Ground(
    "own-recording",
    "Journalføringspligt",
    "(egen myndighed)",
    "known",
    "Enheden skriver i egne oplysninger under den lov, den handler efter.",
    "The unit writes in its own records under the act it works by.",
    "Det er skrevet af dem, der tager sig af dig.",
    "It was written by those who look after you.",
)

GROUNDS: dict[str, Ground] = {ground.code: ground for ground in list(globals().values()) if isinstance(ground, Ground)}
