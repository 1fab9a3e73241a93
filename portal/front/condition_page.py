"""Puts the page of a condition together: the frozen edition, and live prices, clinics and packages."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import override

from clinics.selectors import profiles, travel
from conditions import pricing, structured_data
from conditions.pricing import PriceLine
from conditions.selectors import areas, editions, prices
from conditions.selectors.editions import PublishedPage
from portal.front import costs, pdf, pictures
from portal.front.alternates import addresses, links
from portal.front.frozen import FrozenPage, frozen
from requests.selectors import packages

KEPT = 1024


def context(
    published: PublishedPage, language: str, *, chosen: Collection[str], page: FrozenPage | None = None
) -> dict[str, Any]:
    """Return everything that the template shows; ``chosen`` are codes of ticked procedures.

    ``page`` stands in for the edition when a draft is previewed.
    """
    page = page or frozen(published, language)
    today = timezone.now().date()
    lines = pricing.price_lines(prices.typical(published.condition_id, language), today, chosen)
    is_overdue = page.next_review_on is not None and page.next_review_on < today
    urls = addresses("front:condition", [page.slug], published.languages)
    ask_url, page_url = reverse("requests:request_new"), reverse("front:condition", args=[page.slug])
    return {
        "page": page,
        "edition": published,
        "is_fallback": published.language != language,
        "is_being_reviewed": is_overdue or any(line.is_stated and not line.holds for line in lines),
        "costs": _costs(
            lines,
            language,
            slug=page.slug,
            ask_url=ask_url,
            page_url=page_url,
            note=areas.costs_note(published.condition_id, language),
        ),
        "clinics": _part(
            "clinics", language, *profiles.cards(language, condition_id=published.condition_id), slug=page.slug
        ),
        "packages": _part("packages", language, *packages.cards(language), slug=page.slug),
        "travel": _part("travel", language, *travel.travel_facts(language, today)),
        "related": _part("related", language, *_related(page, language)),
        "ask_url": ask_url,
        "page_url": page_url,
        "changes_url": reverse("front:condition_changes", args=[page.slug]),
        "feedback_url": reverse("front:condition_feedback", args=[page.slug]),
        "pdf_url": pdf_url(published, page.slug),
        "made_url": reverse("core:page", args=["how-pages-are-made"]),
        "request_url": f"{ask_url}?condition={page.slug}",
        "breadcrumbs": page.breadcrumbs,
        "canonical": urls.get(published.language, ""),
        "alternates": links(urls),
        "structured_data": page.structured_data,
        **_shared(published, page),
    }


def pdf_url(published: PublishedPage, slug: str) -> str:
    """Return the address of the page as a document, in the language that it is written in."""
    with override(published.language):
        return f"{reverse('front:condition_pdf', args=[slug])}?edition={pdf.version(published)}"


def about(published: PublishedPage, language: str, name: str) -> dict[str, Any]:
    """Return what a page about a condition page needs: the way back, its addresses in other languages."""
    page = frozen(published, language)
    urls = addresses(name, [page.slug], published.languages)
    page_url = reverse("front:condition", args=[page.slug])
    crumbs = [*page.breadcrumbs, (page.name, page_url)]
    return {
        "page": page,
        "edition": published,
        "is_fallback": published.language != language,
        "page_url": page_url,
        "breadcrumbs": crumbs,
        "canonical": urls.get(published.language, ""),
        "alternates": links(urls),
        "structured_data": structured_data.as_json(structured_data.breadcrumbs(crumbs)),
        **_shared(published, page),
    }


def _shared(published: PublishedPage, page: FrozenPage) -> dict[str, str]:
    """Return what others show beside a link to the page."""
    [url] = addresses("front:condition_image", [page.slug], [published.language]).values()
    return {
        "description": page.description,
        "image_url": f"{url}?edition={pictures.version(published.number)}",
        "image_alt": f"MARUS. {page.name}: {page.plain_name}" if page.plain_name else f"MARUS. {page.name}",
    }


def _costs(lines: list[PriceLine], language: str, **about: str) -> SafeString:
    total = pricing.total(lines)
    words = costs.total_in_words(total, language) if total else ""
    can_choose = any(line.holds for line in lines)
    return _part("costs", language, *costs.rows(lines, language), total=words, can_choose=can_choose, **about)


def _related(page: FrozenPage, language: str) -> list[tuple[str, str, str]]:
    """Return name, address and language, where that is another, of the related conditions that have a page."""
    listed = editions.listing(language, page.related) if page.related else []
    return [(one.name, one.url, "" if one.language == language else one.language) for one in listed]


@lru_cache(maxsize=KEPT)
def _part(name: str, language: str, *rows: Any, **about: Any) -> SafeString:
    """Render a part of the page; the same rows in the same language are the same HTML. Nothing without rows."""
    return render_to_string(f"front/condition/{name}.html", {"rows": rows, **about}) if rows else SafeString("")
