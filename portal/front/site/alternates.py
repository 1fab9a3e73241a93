"""Addresses of one page in other languages, for ``hreflang`` and the sitemap."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import override

from portal.core.localisation.languages import LANGUAGES

type Links = list[tuple[str, str]]


def addresses(name: str, args: Sequence[str] = (), languages: Iterable[str] | None = None) -> dict[str, str]:
    """Return the full address of a page by language; without ``languages`` in all live ones."""
    return {
        code: settings.SITE_URL + _path(name, tuple(args), code)
        for code in (settings.LIVE_LANGUAGES if languages is None else languages)
    }


@lru_cache(maxsize=4096)
def _path(name: str, args: tuple[str, ...], language: str) -> str:
    with override(language):
        return reverse(name, args=args)


def link_tags(addresses: dict[str, str]) -> SafeString:
    """Return the tags for the head of the page."""
    return format_html_join("", '<link rel="alternate" hreflang="{}" href="{}">\n', links(addresses))


def links(addresses: dict[str, str]) -> Links:
    """Return (hreflang, address) of each language; x-default is English or else the first one."""
    if not addresses:
        return []
    default = addresses.get(settings.LANGUAGE_CODE) or next(iter(addresses.values()))
    return [*((LANGUAGES[code].hreflang, url) for code, url in addresses.items()), ("x-default", default)]
