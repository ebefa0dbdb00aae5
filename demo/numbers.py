"""Numbers of test persons and test units: right in shape, and never anybody's.

A CPR number here has a day that is not 1 January and fails modulus 11, so it was issued neither before nor after 2007.
"""

from datetime import date

from citizens.identifiers import birth_date_of, passes_modulus_11

_LETTERS = "0123456789BCDFGHJKLMNPQRSTVWXYZ"


def cpr(birth: date, *, is_male: bool, number: int = 0) -> str:
    """Return the test CPR number with this place among those of a day and sex. Raises ValueError when there is none."""
    if (birth.month, birth.day) == (1, 1):
        raise ValueError("a test person is not born on 1 January")
    left = number
    for serial in range(10_000):
        found = f"{birth:%d%m%y}{serial:04d}"
        if birth_date_of(found) != birth or serial % 2 != is_male or passes_modulus_11(found):
            continue
        if left == 0:
            return found
        left -= 1
    raise ValueError("no test number left for this day")


def authorisation_id(number: int) -> str:
    """Return a test authorisation id: T and four characters of the register's alphabet."""
    return "T" + "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in (3, 2, 1, 0))


def sor(number: int) -> str:
    """Return a test SOR number of sixteen digits, in a range that is not in use."""
    return f"99{number:09d}16009"


def provider_number(number: int) -> str:
    """Return a test ydernummer."""
    return f"{990_000 + number % 10_000:06d}"
