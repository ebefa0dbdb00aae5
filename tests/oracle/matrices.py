"""The tables of law 3.3, 3.4 and 3.6, cell by cell, to be read beside the document.

A cell keeps the document's letters. What stands behind a `/` is what else the cell says:

- `own/C`: own service or own case P, else C; `own/C?` the same for the caseworker, whose "other department" is C?
- `C?/P`: C as long as the switch for ÆL appointments is off, P when it is on
- `C/plan`: "C; P if needed for the plan"; need cannot be shown, and law 9.7 is open: C
- `flag`: P?, behind the switch for assistants; `will`, `party`, `chosen`, `own-log`: the cell's own words, in rules.py
- `-` : not a question there

Every other `?` ships strict (law 0): `P?` as D, `C?` as C.
"""

MATRIX_A_COLUMNS = ("HP", "HP_NONE", "HP_ASSIST", "CARE", "CASE", "SOC_PSY")

# fmt: off
MATRIX_A = {
    #               HP verified  HP none  ASSIST/PERMIT  CARE       CASE      SOC_PSY
    "APPT_SUL":     ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "APPT_SEL_W":   ("P",        "D",     "P",           "own/C",   "own/C",  "C"),
    "APPT_SEL_X":   ("C",        "D",     "C",           "own/C",   "own/C",  "C/plan"),
    "APPT_AEL":     ("C?/P",     "D",     "C?/P",        "own/C",   "own/C",  "C"),
    "SK_REG":       ("P",        "D",     "P",           "C?",      "C?",     "C?"),
    "SK_TYPED":     ("P",        "D",     "P",           "C",       "C",      "C"),
    "SK_FLAG":      ("P",        "D",     "flag",        "P?",      "D",      "D"),
    "WILL_CONTENT": ("will",     "D",     "D",           "D",       "D",      "D"),
    "ODR_CONTENT":  ("D",        "D",     "D",           "D",       "D",      "D"),
    "DIAG":         ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "COND_SUL":     ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "INT_SUL":      ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "PLAN_SUL":     ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "GOAL_SUL":     ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "COND_SOC":     ("C",        "D",     "C",           "own/C",   "own/C?", "C/plan"),
    "INT_SOC":      ("C",        "D",     "C",           "own/C",   "own/C?", "C/plan"),
    "PLAN_SOC":     ("C",        "D",     "C",           "own/C",   "own/C?", "C/plan"),
    "GOAL_SOC":     ("C",        "D",     "C",           "own/C",   "own/C?", "C/plan"),
    "PLAN_PSY":     ("party/P",  "D",     "party",       "party",   "party",  "party"),
    "GOAL_LIFE":    ("chosen",   "D",     "chosen",      "chosen",  "chosen", "chosen"),
    "LOG":          ("own-log",  "D",     "D",           "D",       "D",      "D"),
    # no row of the document's: what everything else of the side is (ADR 18)
    "DOC_SUL":      ("P",        "D",     "P",           "C",       "C",      "C/plan"),
    "DOC_SOC":      ("C",        "D",     "C",           "own/C",   "own/C?", "C/plan"),
}

MATRIX_B_COLUMNS = ("READ", "LOG", "TYPED", "GOALS", "BLOCK", "CONSENT", "REGISTERS")

MATRIX_B = {
    #                  read    log  typed  goals  block  consent  WILL/ODR/FGVH
    "CITIZEN_18":      ("P",   "P", "P",   "P",   "P",   "P",     "P"),
    "CITIZEN_15_17":   ("P",   "P", "P",   "P",   "P",   "P",     "D"),
    "CITIZEN_BELOW15": ("D?",  "D", "D",   "D?",  "D",   "D",     "D"),
    "PROXY":           ("P",   "P", "P",   "P?",  "D?",  "D?",    "D"),
    "PARENT_BELOW15":  ("P",   "P", "P",   "P?",  "P?",  "P",     "-"),
    "PARENT_15_17":    ("D",   "D", "D",   "D",   "D",   "D",     "-"),
    "GUARDIAN":        ("P",   "P", "P",   "P",   "P?",  "P",     "D"),
    "RELATIVE":        ("D",   "D", "D",   "D",   "D",   "D",     "D"),
    "BEREAVED":        ("D",   "D", "D",   "D",   "D",   "D",     "-"),
}

MATRIX_C = {
    # purpose, actor                      verdict
    ("evaluation", "HP"):                 "P†",  # took part, ≤ 6 months after
    ("quality", "HP"):                    "P†",  # permit, own place, data < 5 years
    ("quality", "QUALITY"):               "D",  # a role of law 3.1 that law 3.6 gives nothing
    ("evaluation", "declined"):           "D",
    ("quality", "declined"):              "D",
    ("audit", "AUDIT"):                   "log",  # the log of its own authority's staff, no clinical content
    ("supervision", "SUPERVISION"):       "push",  # sent by the source; nothing is looked up
    ("adverse_event", "HP"):              "push",
    ("insurance", "any"):                 "D",
    ("research", "any"):                  "D",
    ("admin", "ADMIN"):                   "D",
    ("transfer", "SYSTEM"):               "D",  # typed channels, not this question
}

WRITING = {
    # object                 who may create or change (law 3.7)
    "APPT_SUL":              "owner",
    "APPT_SEL_W":            "owner",
    "APPT_SEL_X":            "owner",
    "APPT_AEL":              "owner",
    "SK_REG":                "nobody",
    "SK_TYPED":              "citizen-or-treating",
    "SK_FLAG":               "register",
    "WILL_CONTENT":          "register",
    "ODR_CONTENT":           "register",
    "DIAG":                  "owner-same-law",
    "COND_SUL":              "owner-same-law",
    "COND_SOC":              "owner-same-law",
    "INT_SUL":               "owner-same-law",
    "INT_SOC":               "owner-same-law",
    "PLAN_SUL":              "owner-same-law",
    "PLAN_SOC":              "owner-same-law",
    "PLAN_PSY":              "owner-same-law",
    "GOAL_LIFE":             "citizen-or-recorded",
    "GOAL_SUL":              "same-law",
    "GOAL_SOC":              "same-law",
    "LOG":                   "nobody",
    "DOC_SUL":               "owner-same-law",
    "DOC_SOC":               "owner-same-law",
}
# fmt: on
