"""CPR and replacement numbers, checked by shape and date and never by modulus 11."""

import re
from datetime import date

from django.db import models

CPR_SYSTEM = "urn:oid:1.2.208.176.1.2"
X_ECPR_SYSTEM = "urn:oid:1.2.208.176.1.6.1.1"
D_ECPR_SYSTEM = "urn:oid:1.2.208.176.1.6.1.3"
D_ECPR_REGIONS = tuple(f"{D_ECPR_SYSTEM}.{region}" for region in (177, 179, 181, 183, 187))


class IdentifierKind(models.TextChoices):
    """The kinds of replacement number."""

    X_ECPR = "x-ecpr"
    D_ECPR = "d-ecpr"


_CPR = re.compile(r"\d{10}\Z", re.ASCII)
_X_ECPR = re.compile(r"\d{6}[17][A-Z]{2}\d\Z", re.ASCII)
_D_ECPR = re.compile(r"\d{6}[056][A-Z]{2}\d\Z", re.ASCII)


def birth_date_of(cpr: str) -> date | None:
    """Return the day of birth that a CPR number tells, or None when it is no CPR number.

    The seventh digit tells the century: 0-3 the 1900s; 4 and 9 the 2000s up to 36, else the 1900s; 5-8 the 2000s up
    to 57, else the 1800s.
    """
    if not _CPR.match(cpr):
        return None
    day, month, year, century_digit = int(cpr[:2]), int(cpr[2:4]), int(cpr[4:6]), int(cpr[6])
    if century_digit <= 3:
        century = 1900
    elif century_digit in (4, 9):
        century = 2000 if year <= 36 else 1900
    else:
        century = 2000 if year <= 57 else 1800
    try:
        return date(century + year, month, day)
    except ValueError:
        return None


def is_cpr(value: str) -> bool:
    """Whether this is a CPR number: ten digits that begin with a possible day."""
    return birth_date_of(value) is not None


def is_x_ecpr(value: str) -> bool:
    """Whether this has the shape of a national replacement number."""
    return bool(_X_ECPR.match(value)) and _possible_day(value)


def is_d_ecpr(value: str) -> bool:
    """Whether this has the shape of a regional replacement number."""
    return bool(_D_ECPR.match(value)) and _possible_day(value)


def _possible_day(value: str) -> bool:
    """Whether the first six digits can be a day in some century."""
    return any(birth_date_of(f"{value[:6]}{digit}000") is not None for digit in (0, 5))


def passes_modulus_11(cpr: str) -> bool:
    """Whether the old check digit fits. For test data only: since 2007 real numbers may fail it."""
    return sum(int(digit) * weight for digit, weight in zip(cpr, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0
