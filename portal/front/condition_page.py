"""Puts the page of a condition together: the frozen edition, and live prices, clinics and packages."""

import datetime
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

import clinics.selectors
from conditions import pricing, structured_data
from conditions.selectors import editions, prices
from conditions.selectors.drafts import Content
from conditions.selectors.editions import PublishedPage
from portal.core.markdown import without_citations
from portal.front import costs
from portal.front.alternates import addresses, links
from requests.selectors import packages

type Crumbs = list[tuple[str, str]]


def context(published: PublishedPage, language: str, *, chosen: Collection[str]) -> dict[str, Any]:
    """Return everything that the template shows; ``chosen`` are codes of ticked procedures."""
    page = published.content
    today = timezone.now().date()
    lines = pricing.price_lines(prices.typical(published.condition_id), today, chosen)
    total = pricing.total(lines)
    crumbs = _crumbs(page)
    urls = addresses("front:condition", [page["slug"]], published.languages)
    due = _day(page["next_review_on"])
    ask = reverse("requests:request_new")
    return {
        "page": page,
        "edition": published,
        "is_fallback": published.language != language,
        "made": _made(page),
        "is_being_reviewed": bool(due and due < today) or any(line.is_stated and not line.holds for line in lines),
        "costs": costs.rows(lines, language),
        "can_choose": any(line.holds for line in lines),
        "total": costs.total_in_words(total, language) if total else "",
        "clinics": clinics.selectors.cards(language, condition_id=published.condition_id),
        "packages": packages.cards(language),
        "packages_url": f"{reverse('requests:package_list')}?condition={page['slug']}",
        "related": editions.listing(language, page["related"]) if page["related"] else [],
        "ask_url": ask,
        "page_url": reverse("front:condition", args=[page["slug"]]),
        "chosen_url": reverse("core:page", args=["how-clinics-are-chosen"]),
        "changes_url": reverse("front:condition_changes", args=[page["slug"]]),
        "made_url": reverse("core:page", args=["how-pages-are-made"]),
        "description": without_citations(page["summary"]["text"]),
        "request_url": f"{ask}?condition={page['slug']}",
        "breadcrumbs": crumbs[:-1],
        "canonical": urls.get(published.language, ""),
        "alternates": links(urls),
        "structured_data": _structured_data(published, urls[published.language], crumbs),
    }


def about(published: PublishedPage, name: str) -> dict[str, Any]:
    """Return what a page about a condition page needs: the way back, its addresses in other languages."""
    slug, crumbs = published.content["slug"], _crumbs(published.content)
    urls = addresses(name, [slug], published.languages)
    return {
        "page_url": reverse("front:condition", args=[slug]),
        "breadcrumbs": crumbs,
        "canonical": urls.get(published.language, ""),
        "alternates": links(urls),
        "structured_data": structured_data.as_json(structured_data.breadcrumbs(crumbs)),
    }


def _crumbs(page: Content) -> Crumbs:
    return [
        (_("Home"), reverse("front:home")),
        (_("Conditions"), reverse("front:condition_list")),
        (page["area"]["name"], reverse("front:area", args=[page["area"]["slug"]])),
        (page["name"], reverse("front:condition", args=[page["slug"]])),
    ]


def _made(page: Content) -> dict[str, Any]:
    """Return the dates of the box "How this page was made"."""
    read_on = [source["checked_on"] for source in page["sources"]]
    return {
        "written_on": _day(page["written_on"]),
        "reviewed_on": _day(page["reviewed_on"]),
        "next_review_on": _day(page["next_review_on"]),
        "sources_read_on": _day(max(read_on, default="")),
        "source_count": len(read_on),
    }


def _structured_data(published: PublishedPage, url: str, crumbs: Crumbs) -> str:
    page = published.content
    condition = {
        "@type": "MedicalCondition",
        "name": page["name"],
        "alternateName": [name for name in (page["plain_name"], *page["synonyms"]) if name],
        "code": {"@type": "MedicalCode", "code": page["icd10"], "codingSystem": "ICD-10"} if page["icd10"] else None,
        "possibleTreatment": [{"@type": "MedicalTherapy", "name": one["name"]} for one in page["treatments"]],
    }
    web_page = {
        "@type": "MedicalWebPage",
        "url": url,
        "name": page["name"],
        "description": without_citations(page["summary"]["text"]),
        "inLanguage": "en-GB" if published.language == "en" else published.language,
        "about": condition,
        "datePublished": page["written_on"],
        "dateModified": published.published_at.date().isoformat(),
        "lastReviewed": page["reviewed_on"],
        "reviewedBy": {"@type": "Person", "name": page["reviewed_by"]} if page["reviewed_by"] else None,
        "author": {"@type": "Organization", "name": page["written_by"]},
        "publisher": {"@type": "Organization", "name": settings.OPERATOR_NAME},
    }
    return structured_data.as_json(web_page, structured_data.breadcrumbs(crumbs))


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
