"""Template tags of the directory."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.core.localisation.scripts import foreign_language

register = template.Library()


@register.filter
def lang_attribute(text: str) -> SafeString:
    """Return the attribute that names the language of a text in another script than the page, else nothing."""
    code = foreign_language(text, get_language() or "en")
    return format_html(' lang="{}"', code) if code else SafeString("")


@register.filter
def in_its_script(text: str) -> SafeString:
    """Isolate a name or title; one in another script than the page says which language that is."""
    return format_html("<bdi{}>{}</bdi>", lang_attribute(text), text)
