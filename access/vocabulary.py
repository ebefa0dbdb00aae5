"""The words of the law that the whole service shares: who acts, why, under which act, on what kind of data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActingAs(TextChoices):
    """The capacity in which somebody acts in this request, never a property of the person."""

    HP = "hp", _("sundhedsperson")
    HP_ASSIST = "hp-assist", _("medhjælp under en sundhedspersons ansvar")
    HP_PERMIT = "hp-permit", _("medarbejder med ledelsens tilladelse")
    HP_STUDENT = "hp-student", _("studerende i behandlingen")
    CARE = "care", _("medarbejder i hjemmeplejen")
    CASE = "case", _("sagsbehandler")
    SOC_PSY = "soc-psy", _("medarbejder i socialpsykiatrien")
    CITIZEN = "citizen", _("borgeren selv")
    PROXY = "proxy", _("pårørende med fuldmagt")
    PARENT = "parent", _("forælder")
    GUARDIAN = "guardian", _("værge")
    AUDIT = "audit", _("kontrollant af opslag")
    SUPERVISION = "supervision", _("tilsynsmyndighed")
    QUALITY = "quality", _("kvalitetsarbejde")
    ADMIN = "admin", _("systemadministrator")
    SYSTEM = "system", _("afsendersystem")


HEALTH_SIDE = frozenset({ActingAs.HP, ActingAs.HP_ASSIST, ActingAs.HP_PERMIT, ActingAs.HP_STUDENT})
SOCIAL_SIDE = frozenset({ActingAs.CARE, ActingAs.CASE, ActingAs.SOC_PSY})
UNDER_RESPONSIBILITY = frozenset({ActingAs.HP_ASSIST, ActingAs.HP_STUDENT})
CITIZEN_SIDE = frozenset({ActingAs.CITIZEN, ActingAs.PROXY, ActingAs.PARENT, ActingAs.GUARDIAN})


class Purpose(TextChoices):
    """Why data are asked for."""

    TREATMENT = "treatment", _("behandling")
    CARE = "care", _("pleje og omsorg")
    CASE = "case", _("sagsbehandling")
    OWN = "own", _("egne oplysninger")
    EVALUATION = "evaluation", _("vurdering af egen indsats")
    QUALITY = "quality", _("kvalitetssikring")
    AUDIT = "audit", _("kontrol af opslag")
    SUPERVISION = "supervision", _("tilsyn")
    SUPPORT = "support", _("support")
    DELIVERY = "delivery", _("indberetning")


class Law(TextChoices):
    """The act under which an element was recorded."""

    HEALTH = "health-act", _("sundhedsloven")
    SERVICE = "service-act", _("serviceloven")
    ELDERLY = "elderly-act", _("ældreloven")
    PSYCHIATRY = "psychiatry-act", _("psykiatriloven")
    CITIZEN = "citizen", _("borgerens egne oplysninger")


SOCIAL_LAWS = frozenset({Law.SERVICE, Law.ELDERLY})


class Category(TextChoices):
    """What an element is to the law: the rows of the matrices."""

    APPT_SUL = "appt-sul", _("aftaler i sundhedsvæsenet")
    APPT_SEL_W = "appt-sel-w", _("tidspunkter for hjemmehjælp og træning")
    APPT_SEL_X = "appt-sel-x", _("andre aftaler efter serviceloven")
    APPT_AEL = "appt-ael", _("aftaler efter ældreloven")
    SK_REG = "sk-reg", _("stamkortets registeroplysninger")
    SK_TYPED = "sk-typed", _("stamkortets indtastede oplysninger")
    SK_FLAG = "sk-flag", _("om der er testamente eller registrering")
    WILL_CONTENT = "will-content", _("indholdet af testamenter")
    ODR_CONTENT = "odr-content", _("indholdet af donorregistreringen")
    DIAG = "diag", _("diagnoser")
    COND_SUL = "cond-sul", _("helbredstilstande")
    COND_SOC = "cond-soc", _("funktionsevnetilstande")
    INT_SUL = "int-sul", _("indsatser efter sundhedsloven")
    INT_SOC = "int-soc", _("indsatser efter service- og ældreloven")
    PLAN_SUL = "plan-sul", _("planer efter sundhedsloven")
    PLAN_SOC = "plan-soc", _("planer efter service- og ældreloven")
    PLAN_PSY = "plan-psy", _("udskrivningsaftaler og koordinationsplaner")
    GOAL_LIFE = "goal-life", _("livsmål")
    GOAL_SUL = "goal-sul", _("mål efter sundhedsloven")
    GOAL_SOC = "goal-soc", _("mål efter service- og ældreloven")
    DOC_SUL = "doc-sul", _("dokumenter efter sundhedsloven")
    DOC_SOC = "doc-soc", _("dokumenter efter service- og ældreloven")
    LOG = "log", _("loggen over opslag")


_LAWS = {
    "sul": (Law.HEALTH,),
    "soc": (Law.SERVICE, Law.ELDERLY),
    "sel-w": (Law.SERVICE,),
    "sel-x": (Law.SERVICE,),
    "ael": (Law.ELDERLY,),
    "diag": (Law.HEALTH,),
    "psy": (Law.PSYCHIATRY,),
    "life": (Law.CITIZEN,),
    "typed": (Law.CITIZEN, Law.HEALTH),
    "flag": (Law.HEALTH,),
    "content": (Law.HEALTH,),
}


def laws_of(category: Category) -> tuple[Law, ...]:
    """The acts that elements of a category may be recorded under; none for registers and the log."""
    return next((laws for ending, laws in _LAWS.items() if category.value.endswith(ending)), ())


class Action(TextChoices):
    """What is done with an element."""

    READ = "read", _("se")
    CREATE = "create", _("oprette")
    UPDATE = "update", _("ændre")


class Reason(TextChoices):
    """Why a decision was no; the first gate that was shut gives it."""

    AUTH = "auth", _("adgangsbeviset gælder ikke")
    SECTOR = "sector", _("uden for sundhedsvæsenet")
    PURPOSE = "purpose", _("formålet giver ikke adgang")
    NOT_TO_OVERRIDE = "not_to_override", _("må ikke bryde en spærring")
    LOG_ONLY = "log_only", _("kontrol af opslag ser loggen alene")
    SENT_BY_SOURCE = "sent_by_source", _("kilden videregiver selv")
    NO_RELATION = "no_relation", _("ingen aktuel behandling eller bevilling")
    LAW_GATE = "law_gate", _("loven giver ikke adgang")
    NEEDS_CONSENT = "needs_consent", _("kræver borgerens samtykke")
    CONSENT_EXPIRED = "consent_expired", _("samtykket er udløbet")
    BLOCKED = "blocked", _("borgeren har spærret")
    AGE = "age", _("borgerens alder")
    REGIME_SWITCH_OFF = "regime_switch_off", _("reglen er ikke slået til")


class AuthorKind(TextChoices):
    """Who put an entry there; the codes of the national stamkort document."""

    CITIZEN = "citizen", _("borgeren")
    RELATIVE = "relative", _("en pårørende")
    PROFESSIONAL = "professional", _("en fagperson")
    REGISTER = "register", _("et register")
    SYSTEM = "system", _("et kommunalt eller regionalt system")


class Profession(TextChoices):
    """Authorised professions and other staff, by the national profession group code."""

    DOCTOR = "7170", _("læge")
    NURSE = "5166", _("sygeplejerske")
    CARE_ASSISTANT = "5152", _("social- og sundhedsassistent")
    OCCUPATIONAL_THERAPIST = "5153", _("ergoterapeut")
    PHYSIOTHERAPIST = "5151", _("fysioterapeut")
    DENTIST = "5433", _("tandlæge")
    MIDWIFE = "5175", _("jordemoder")
    CARE_HELPER = "care-helper", _("social- og sundhedshjælper")
    CASEWORKER = "caseworker", _("sagsbehandler")
    SOCIAL_WORKER = "social-worker", _("pædagogisk medarbejder")
    SECRETARY = "secretary", _("sekretær")
    STUDENT = "student", _("studerende")
    OTHER = "other", _("anden medarbejder")
