"""Powers of attorney (fuldmagt): offered by the citizen herself, in force when the other says yes, ended at once.

Who may is told by the rules (citizens/policy.py). Law: law study 2.9; what it leaves open is read strictly
(docs/adr/0020, 0028).
"""

from citizens.services.asking import FAMILIES, LONGEST, PowerInput
from citizens.services.offers import decline_offer, has_offers, offer_power, take_offer, withdraw_offer
from citizens.services.powers import Powers, change_power, may_give_power, powers_of, revoke_power

__all__ = [
    "FAMILIES",
    "LONGEST",
    "PowerInput",
    "Powers",
    "change_power",
    "decline_offer",
    "has_offers",
    "may_give_power",
    "offer_power",
    "powers_of",
    "revoke_power",
    "take_offer",
    "withdraw_offer",
]
