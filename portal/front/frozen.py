"""What an edition alone decides of its page, put into HTML once a process: an edition never changes."""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from conditions import structured_data
from conditions.edition_html import with_html
from conditions.medical_page import medical_page
from conditions.selectors import editions
from conditions.selectors.areas import areas
from conditions.selectors.drafts import Content
from conditions.selectors.editions import PublishedPage
from portal.core.markdown import without_citations
from portal.front.alternates import addresses

# About 60 kB each.
KEPT = 512

type Crumbs = list[tuple[str, str]]


@dataclass(frozen=True)
class FrozenPage:
    """The parts of a page that need no further query, as the readers of one language get them."""

    slug: str
    name: str
    plain_name: str
    description: str
    next_review_on: datetime.date | None
    related: list[str]
    head: SafeString
    contents: SafeString
    article: SafeString
    sources: SafeString
    made: SafeString
    breadcrumbs: Crumbs
    structured_data: str


def frozen(published: PublishedPage, language: str) -> FrozenPage:
    """Return the frozen parts of a published page for readers of a language; one query at most."""
    return _frozen(published.edition_id, published.number, published.language, published.published_at, language)


@lru_cache(maxsize=KEPT)
def _frozen(
    edition_id: int, number: int, written_in: str, published_at: datetime.datetime, language: str
) -> FrozenPage:
    return freeze(editions.content(edition_id), number, written_in, published_at)


def freeze(page: Content, number: int, written_in: str, published_at: datetime.datetime) -> FrozenPage:
    """Put a page into HTML: its own words in its language, those about it in the active one."""
    crumbs = _crumbs(page, written_in)
    context = {"page": with_html(page), "made": _made(page), "number": number, "published_on": published_at.date()}
    with override(written_in):
        parts = {name: _render(name, context) for name in ("head", "contents", "article")}
    return FrozenPage(
        slug=page["slug"],
        name=page["name"],
        plain_name=page["plain_name"],
        description=without_citations(page["summary"]["text"]),
        next_review_on=_day(page["next_review_on"]),
        related=page["related"],
        sources=_render("sources", context),
        made=_render("made", context),
        breadcrumbs=crumbs[:-1],
        structured_data=_structured_data(page, written_in, published_at, crumbs),
        **parts,
    )


def _render(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"front/condition/{name}.html", context)


def _crumbs(page: Content, written_in: str) -> Crumbs:
    """Return the way to a page; the area is called as readers call it, also above English text."""
    area = page["area"]
    names = {} if written_in == get_language() else {one.slug: str(one.name) for one in areas()}
    return [
        (_("Home"), reverse("front:home")),
        (_("Conditions"), reverse("front:condition_list")),
        (names.get(area["slug"], area["name"]), reverse("front:area", args=[area["slug"]])),
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


def _structured_data(page: Content, written_in: str, published_at: datetime.datetime, crumbs: Crumbs) -> str:
    url = addresses("front:condition", [page["slug"]], [written_in])[written_in]
    web_page = medical_page(page, url=url, written_in=written_in, published_at=published_at)
    return structured_data.as_json(web_page, structured_data.breadcrumbs(crumbs))


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
