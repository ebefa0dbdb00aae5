"""What templates of the pages say and show: texts with their places filled, days and instants as people write them."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import dateformat
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def say(text: str, **places: Any) -> SafeString:
    """The text with its named places filled, each escaped."""
    return format_html(text, **places) if places else conditional_escape(text)


@register.simple_tag
def worded(texts: dict[str, str], kind: str, code: Any) -> str:
    """The text for a code: `kind` and the code make its name; empty for a code that no text speaks of."""
    return conditional_escape(texts.get(f"{kind}_{code}".replace("-", "_"), ""))


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in Denmark in words: 3. maj 2026, or 3 May 2026."""
    if value is None:
        return ""
    found = localtime(value).date() if isinstance(value, datetime) else value
    return dateformat.format(found, "j. F Y" if _is_danish() else "j F Y")


@register.filter
def weekday(value: date | datetime | None) -> str:
    """A day in Denmark with its name: søndag den 3. maj 2026, or Sunday 3 May 2026."""
    if value is None:
        return ""
    found = localtime(value).date() if isinstance(value, datetime) else value
    return f"{dateformat.format(found, 'l')} {'den ' if _is_danish() else ''}{day(found)}"


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day in Denmark: 9.05 in Danish, 9:05 in English."""
    if value is None:
        return ""
    return dateformat.format(localtime(value), "G.i" if _is_danish() else "G:i")


@register.filter
def when(value: datetime | None) -> str:
    """Day and time of day in Denmark."""
    return f"{day(value)} kl. {clock(value)}" if _is_danish() else f"{day(value)} at {clock(value)}"


@register.inclusion_tag("portal/parts/field.html", takes_context=True)
def field(context: Context, bound: Any) -> dict[str, Any]:
    """A field of a form with its label, its hint and what is wrong with it."""
    return {"field": bound, "t": context["t"]}


@register.simple_tag(takes_context=True)
def kinds_in_words(context: Context, kinds: list[str]) -> str:
    """Kinds of data as a list in a sentence."""
    return ", ".join(context["t"]["access"][kind].lower() for kind in kinds)


def _is_danish() -> bool:
    return not (get_language() or "da").startswith("en")
