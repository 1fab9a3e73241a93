"""Puts the page of a condition together: the frozen edition, and live prices, clinics and packages."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

import clinics.selectors
from conditions import pricing
from conditions.selectors import editions, prices
from conditions.selectors.editions import PublishedPage
from portal.front import costs
from portal.front.alternates import addresses, links
from portal.front.frozen import FrozenPage, frozen
from requests.selectors import packages

KEPT = 1024


def context(published: PublishedPage, language: str, *, chosen: Collection[str]) -> dict[str, Any]:
    """Return everything that the template shows; ``chosen`` are codes of ticked procedures."""
    page = frozen(published, language)
    urls = addresses("front:condition", [page.slug], published.languages)
    ask_url, page_url = reverse("requests:request_new"), reverse("front:condition", args=[page.slug])
    return {
        "page": page,
        "edition": published,
        "is_fallback": published.language != language,
        "costs": _costs(published, language, chosen, slug=page.slug, ask_url=ask_url, page_url=page_url),
        "clinics": _part("clinics", language, *clinics.selectors.cards(language, condition_id=published.condition_id)),
        "packages": _part("packages", language, *packages.cards(language), slug=page.slug),
        "related": _part("related", language, *_related(page, language)),
        "ask_url": ask_url,
        "page_url": page_url,
        "made_url": reverse("core:page", args=["how-pages-are-made"]),
        "description": page.description,
        "request_url": f"{ask_url}?condition={page.slug}",
        "breadcrumbs": page.breadcrumbs,
        "canonical": urls.get(published.language, ""),
        "alternates": links(urls),
        "structured_data": page.structured_data,
    }


def _costs(published: PublishedPage, language: str, chosen: Collection[str], **about: str) -> SafeString:
    lines = pricing.price_lines(prices.typical(published.condition_id, language), timezone.now().date(), chosen)
    total = pricing.total(lines)
    words = costs.total_in_words(total, language) if total else ""
    can_choose = any(line.holds for line in lines)
    return _part("costs", language, *costs.rows(lines, language), total=words, can_choose=can_choose, **about)


def _related(page: FrozenPage, language: str) -> list[tuple[str, str]]:
    listed = editions.listing(language, page.related) if page.related else []
    return [(one.name, one.url) for one in listed]


@lru_cache(maxsize=KEPT)
def _part(name: str, language: str, *rows: Any, **about: Any) -> SafeString:
    """Render a part of the page; the same rows in the same language are the same HTML. Nothing without rows."""
    return render_to_string(f"front/condition/{name}.html", {"rows": rows, **about}) if rows else SafeString("")
