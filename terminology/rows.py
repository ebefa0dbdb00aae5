"""One code as a value: what the files hold, what the table holds, and what callers get."""

from typing import NamedTuple


class CodeRow(NamedTuple):
    """A code with its titles and place; blank text means not given, blank law that the code alone does not decide."""

    system: str
    code: str
    legacy_code: str
    display_da: str
    display_en: str
    area: str
    branch: str
    law: str
    paragraph: str
    parent_code: str
    is_group: bool
    is_active: bool
