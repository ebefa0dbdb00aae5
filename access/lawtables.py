"""Matrices B and C and the combinations of the law study (3.4, 3.6, 3.5), and the rules behind matrix A, for a jurist.

No rule asks these tables: the rules of each table of data say who may, and tests hold that what stands here is what the
engine answers. A cell is the code of the rule that permits, or the reason of the refusal.
"""

from access.matrix import Cell
from access.vocabulary import Category

# The columns of matrix A as the law study has them; without a relation is a column there and a gate here.
MATRIX_A_COLUMNS = ("HP", "HP none", "ASSIST", "CARE", "CASE", "SOC_PSY")
_TIMES = (Category.APPT_SEL_W, Category.APPT_AEL)
_REGISTER = (Category.SK_REG, Category.SK_FLAG)
_SOCIAL = (
    *(Category.APPT_SEL_W, Category.APPT_SEL_X, Category.APPT_AEL),
    *(Category.COND_SOC, Category.INT_SOC, Category.PLAN_SOC, Category.GOAL_SOC, Category.DOC_SOC),
)


def rule_of_cell(cell: Cell, category: Category) -> tuple[str, ...]:
    """The rules that carry a field of matrix A; none where it is never."""
    consent = "social-disclosure" if category in _SOCIAL else "consented-disclosure"
    look_up = (
        "appointment-times"
        if category in _TIMES
        else "stamkort-look-up"
        if category in _REGISTER
        else "treatment-look-up"
    )
    return {
        Cell.PERMIT: ("treatment-look-up", "discharge-party") if category == Category.PLAN_PSY else (look_up,),
        Cell.CONSENT: (consent,),
        Cell.OWN: ("own-service", consent),
        Cell.BRANCH: ("own-service", consent),
        Cell.CHOSEN: ("citizens-choice",),
        Cell.PARTY: ("discharge-party",),
        Cell.CONFIRM: ("treatment-will",),
        Cell.DENY: (),
    }[cell]


MATRIX_B_COLUMNS = ("READ", "LOG", "TYPED", "GOALS", "BLOCK", "CONSENT", "FGVH", "WILL")
MATRIX_B_TITLES = {
    "READ": "se egne oplysninger",
    "LOG": "se loggen",
    "TYPED": "skrive på stamkortet",
    "GOALS": "skrive livsmål",
    "BLOCK": "sætte og hæve spærring",
    "CONSENT": "give samtykke",
    "FGVH": "fravælge genoplivning",
    "WILL": "oprette testamente eller donorregistrering",
}
_NOBODY = ("no_relation",) * 7 + ("law_gate",)
_CITIZEN = ("own-record", "own-log", "own-words", "own-words", "own-decision", "own-decision")
MATRIX_B: dict[str, tuple[str, ...]] = {
    "CITIZEN >= 18": (*_CITIZEN, "own-refusal", "law_gate"),
    "CITIZEN 15-17": (*_CITIZEN, "age", "law_gate"),
    "CITIZEN < 15": (*("age",) * 7, "law_gate"),
    "PROXY": ("power-of-attorney", "log-by-attorney", "stamkort-by-attorney", *("law_gate",) * 5),
    "PARENT of child < 15": (
        *("custody", "log-by-custody", "stamkort-by-parent", "law_gate", "law_gate", "parents-decision"),
        *("law_gate", "law_gate"),
    ),
    "PARENT of 15-17": ("age", "age", "age", "age", "age", "age", "law_gate", "law_gate"),
    "GUARDIAN": (
        *("guardianship", "log-by-guardianship", "stamkort-by-guardian", "goal-by-guardian", "law_gate"),
        *("guardians-decision", "law_gate", "law_gate"),
    ),
    "Relative on the stamkort": _NOBODY,
    "Relative of the deceased": _NOBODY,
}

# Purpose, capacity, and the rule or reason; what no purpose of ours names cannot be asked at all.
MATRIX_C: dict[str, tuple[str, str, str]] = {
    "C1": ("evaluation", "HP", "own-evaluation"),
    "C2": ("quality", "HP", "quality-work"),
    "C3": ("evaluation or quality of one who declined", "HP", "blocked"),
    "C4": ("audit", "AUDIT", "look-up-audit"),
    "C5": ("supervision", "SUPERVISION", "sent_by_source"),
    "C6": ("adverse event", "any", "no such purpose"),
    "C7": ("insurance, employer, police", "any", "no such purpose"),
    "C8": ("research or statistics", "any", "no such purpose"),
    "C9": ("admin or support", "ADMIN", "sector"),
    "C10": ("import or export", "SYSTEM", "sector"),
}

# What, a block, a matching consent, an override; then a health professional in treatment, her assistant, care staff.
COMBINATIONS: dict[str, tuple[str, ...]] = {
    "K1": ("*_SUL", "no", "no", "no", "permit", "permit", "needs_consent"),
    "K2": ("*_SUL", "B", "no", "no", "blocked", "blocked", "needs_consent"),
    "K3": ("*_SUL", "B", "+", "no", "permit", "permit", "permit"),
    "K4": ("*_SUL", "B", "no", "OV", "permit", "permit", "needs_consent"),
    "K5": ("APPT_SEL_W", "B", "no", "no", "blocked", "blocked", "permit"),
    "K6": ("APPT_SEL_W", "B", "no", "OV", "blocked", "blocked", ""),
    "K7": ("*_SOC", "no", "no", "no", "needs_consent", "needs_consent", "permit"),
    "K8": ("*_SOC", "no", "+", "no", "permit", "permit", ""),
    "K9": ("*_SOC", "no", "no", "OV", "needs_consent", "needs_consent", ""),
    "K10": ("SK_TYPED before 2025-01-15", "B", "no", "no", "blocked", "blocked", "needs_consent"),
    "K11": ("SK_REG, SK_TYPED", "B", "no", "no", "permit", "permit", "needs_consent"),
    "K12": ("PLAN_PSY, a party", "B", "no", "no", "blocked", "blocked", "blocked"),
    "K13": ("SK_FLAG", "B", "no", "no", "permit", "regime_switch_off", "law_gate"),
    "K14": ("WILL_CONTENT, confirmed", "B", "no", "no", "permit", "law_gate", "law_gate"),
}
# Where the document is open, the strict side of a row: typed data stay blockable until the switch says otherwise.
STRICT = {("K11", "SK_TYPED"): ("blocked", "blocked", "needs_consent")}

# Powers of attorney (law study 2.9, 3.4): who, and what she wants; the rule or the reason; and how sure that is. What a
# holder may do with one stands in matrix B.
POWERS_COLUMNS = ("GIVE", "SEE", "LIMIT")
POWERS_TITLES = {
    "GIVE": "give, udvide og forlænge",
    "SEE": "se de fuldmagter, man har givet",
    "LIMIT": "indskrænke og stoppe",
}
_HERS = ("power-given", "power-seen", "power-limited")
POWERS: dict[str, tuple[tuple[str, str, str], str, str]] = {
    "CITIZEN >= 18": (_HERS, "stated", "borgerens egen handling (2.9)"),
    "CITIZEN 15-17": (_HERS, "open", "SUL § 17, på samme måde som samtykke og spærring (2.9, 3.4)"),
    "CITIZEN < 15": (("age", "age", "power-limited"), "open", "SUL § 17; at stoppe beskytter"),
    "CITIZEN with a personal guardian": (
        ("law_gate", "power-seen", "power-limited"),
        "open",
        "værgemålsloven § 5: værgen handler; ikke nævnt, holdt strengt",
    ),
    "CITIZEN with an economic guardian": (_HERS, "known", "økonomisk værgemål giver intet her (2.9)"),
    "PROXY": (("no_relation",) * 3, "open", "en fuldmagt gælder data, ikke beslutninger (3.4)"),
    "PARENT of child < 15": (("no_relation",) * 3, "open", "ikke nævnt, holdt strengt"),
    "PARENT of 15-17": (("no_relation",) * 3, "found", "den unge bestemmer selv (2.9)"),
    "GUARDIAN": (("no_relation",) * 3, "open", "ikke nævnt, holdt strengt"),
    "Attorney herself": (("no_relation", "no_relation", "power-held"), "open", "ingen holdes til en fuldmagt"),
    "Relative on the stamkort": (("no_relation",) * 3, "known", "kontaktdata, ingen fuldmagt (2.9)"),
    "The deceased": (("no_relation",) * 3, "known", "død ender al ret til at handle (2.9)"),
}
# Who answers an offer.
TAKERS: dict[str, tuple[str, str, str]] = {
    "Adult, herself": ("power-taken", "open", "ingen får fuldmagt uden selv at sige ja"),
    "17 years": ("age", "open", "myndig fra 18 år (2.9)"),
    "Who acts for another": ("no_relation", "open", "hun svarer for sig selv"),
    "Who offers": ("no_relation", "known", "ingen giver sig selv fuldmagt"),
    "Of somebody who died": ("no_relation", "known", "død ender al ret til at handle (2.9)"),
}
# What holds whoever asks.
POWERS_LIMITS = (
    ("højst to år ad gangen", "open", "BEM, den eneste periode, som lovstudiet nævner (2.9)"),
    ("aldrig testamente og organdonation", "stated", "3.4"),
    ("et tilbud gælder højst 30 dage", "open", "ikke nævnt, holdt strengt"),
    ("kun det, fuldmagten nævner, og kun at skrive, når den siger det", "stated", "2.9 og 3.4"),
    ("slutter straks, når den stoppes, udløber, eller en af de to dør", "stated", "2.9"),
)
