"""What the log never holds: the number of a person."""

import re

# A CPR or replacement number that stands alone, as it is or as it stands in an address; digits inside a longer word (a
# key, a SOR number) are none.
_NUMBER = re.compile(
    r"(?:(?<![\w-])|(?<=%[0-9A-F]{2}))\d{6}(?:-|\+|\s|%20|%2D)?\d[0-9A-Z]{2}\d(?![\w-])", re.ASCII | re.IGNORECASE
)


def masked(text: str) -> str:
    """Return the text with each number that may be a person's put out of sight."""
    return _NUMBER.sub("**********", text) if text else text
