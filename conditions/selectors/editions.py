"""Reads of editions, in a language or else in English: what the public sees."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from conditions.edition_html import PARTS, EditionParts, design, render, with_sources_below
from conditions.models import Area, Condition, Edition, EditionHtml
from conditions.models.editions import list_columns
from conditions.selectors.drafts import Content
from portal.core.content.translated_columns import CompiledQuery, columns, named, parameter, texts
from portal.core.localisation import alphabet

AREA_WORDS = ("area__name", "area__costs_note")
# The columns that pages and lists show under their own names.
_OF_PAGE = ("language", "published_at", "number", "name", "plain_name", "summary", "related", "next_review_on")
_OF_LIST = ("language", "name", "plain_name", "synonyms")
_SHOWN = ("pk", "condition_id", "condition__slug", "area__slug", *_OF_PAGE)
_LISTED = ("pk", "condition__slug", "area__slug", *_OF_LIST)
_FIRST_DOCUMENT = "content__document_needs__0__code"
_DATED = ("pk", "condition__slug", "area__slug", "language", "name", "published_at", _FIRST_DOCUMENT)
_NAMED = ("pk", "condition__slug", "language", "name")
# What stands in for the name of an area in any language.
[_AREA_NAME] = columns(settings.LANGUAGE_CODE, "area__name")
# How a row of stored HTML calls the columns of its edition.
_EDITION = "edition__"

type Row = dict[str, Any]


@dataclass(frozen=True)
class PublishedPage:
    """The edition that a reader gets, and the live languages that have one of their own.

    ``area_name`` and ``costs_note`` are what the area says today in the language of the reader.
    """

    edition_id: int
    condition_id: int
    slug: str
    number: int
    language: str
    published_at: datetime.datetime
    languages: tuple[str, ...]
    name: str
    plain_name: str
    summary: str
    related: list[str]
    next_review_on: datetime.date | None
    area: str
    area_name: str
    costs_note: str


@dataclass(frozen=True)
class ListedCondition:
    """A published condition as lists show it; ``language`` is what its names are written in."""

    slug: str
    language: str
    name: str
    plain_name: str
    synonyms: list[str]
    area: str

    @property
    def url(self) -> str:
        """Address of the page in the active language."""
        return reverse("front:condition", args=[self.slug])


@dataclass(frozen=True)
class RelatedCondition:
    """A link to a related condition; ``lang`` is set where its name is not in the language of the page."""

    name: str
    url: str
    lang: str


@dataclass(frozen=True)
class PublishedDays:
    """A published condition, and the day that its newest edition came out in each live language.

    ``with_documents`` are the languages whose edition has a checklist of papers.
    """

    slug: str
    area: str
    days: dict[str, datetime.date]
    with_documents: list[str]


@cache
def _current() -> QuerySet[Edition]:
    """Return the query of what the public reads: to build it takes as long as to answer it."""
    return Edition.objects.current().filter(language__in=settings.LIVE_LANGUAGES).order_by()


@cache
def _shown(language: str) -> QuerySet[Edition, Row]:
    """Return the query for what the public reads of conditions, in the words of a language for its area."""
    rows: QuerySet[Edition, Row] = _current().values(*_SHOWN, *columns(language, *AREA_WORDS))
    return rows


@cache
def _stored(language: str) -> CompiledQuery:
    """Return the query for what the readers of a language get, with its HTML, where that is stored and not stale."""
    stored = EditionHtml.objects.filter(
        edition__condition__slug=parameter("slug"), language=language, design=design(), edition__withdrawn_at=None
    )
    shown = (f"{_EDITION}{name}" for name in (*_SHOWN, *columns(language, *AREA_WORDS)))
    # A row is there only while readers get its edition, so none asks for a newer one (docs/decisions/0035).
    return CompiledQuery(stored.values("languages", *PARTS, *shown))


@cache
def _named(language: str) -> QuerySet[Edition, Row]:
    """Return the query for names of conditions. The newest come last: quicker than to have the database choose them."""
    languages = (language, settings.LANGUAGE_CODE)
    live = Edition.objects.filter(language__in=languages, withdrawn_at=None).order_by("number")
    rows: QuerySet[Edition, Row] = live.values(*_NAMED)
    return rows


def page(slug: str, language: str) -> PublishedPage | None:
    """Return what the public reads of a condition: this language, else English, else nothing; one query."""
    by_language = {row["language"]: row for row in _shown(language).filter(condition__slug=slug)}
    row = by_language.get(language) or by_language.get(settings.LANGUAGE_CODE)
    return _page({**row, "languages": in_order(by_language)}, language) if row else None


def page_with_html(slug: str, language: str) -> tuple[PublishedPage, EditionParts] | None:
    """Return the same with its HTML; one query, where the HTML is stored and not stale."""
    row = next(iter(_stored(language).rows(slug=slug)), None)
    if row is None:
        published = page(slug, language)
        return (published, _rendered(published, language)) if published else None
    edition = {name.removeprefix(_EDITION): value for name, value in row.items() if name.startswith(_EDITION)}
    published = _page({**edition, "languages": tuple(row["languages"])}, language)
    return published, EditionParts(*(SafeString(row[part]) for part in PARTS))


def html(published: PublishedPage, language: str) -> EditionParts:
    """Return the HTML of a page; one query, where it is stored and not stale."""
    stored = EditionHtml.objects.filter(edition=published.edition_id, language=language, design=design())
    row = stored.values_list(*PARTS).first()
    return EditionParts(*map(SafeString, row)) if row else _rendered(published, language)


def preview(condition: Condition, draft: Content, language: str) -> tuple[PublishedPage, EditionParts]:
    """Return a draft as the public would read it in its language."""
    now = timezone.now()
    row = {
        **list_columns(draft),
        **{f"area__{name}": getattr(condition.area, name) for name in columns(language, "name", "costs_note")},
        "area__slug": condition.area.slug,
        "pk": 0,
        "condition_id": condition.pk,
        "condition__slug": condition.slug,
        "language": language,
        "languages": (language,),
        "number": 0,
        "published_at": now,
    }
    parts = render(draft, number=0, published_at=now, readers=[language])[language]
    return _page(row, language), with_sources_below(parts)


def _page(row: Row, language: str) -> PublishedPage:
    if row["name"] is None:
        [row] = filled([row])
        area = Area.objects.filter(slug=row["area__slug"]).values(*columns(language, "name", "costs_note")).first()
        row |= {f"area__{name}": text for name, text in (area or {}).items()}
    translated = texts(row, language, AREA_WORDS)
    return PublishedPage(
        edition_id=row["pk"],
        condition_id=row["condition_id"],
        slug=row["condition__slug"],
        languages=row["languages"],
        area=row["area__slug"],
        area_name=translated["area__name"],
        costs_note=translated["area__costs_note"],
        **{name: row[name] for name in _OF_PAGE},
    )


def _rendered(published: PublishedPage, language: str) -> EditionParts:
    """Render a page whose HTML is not stored, or stale."""
    frozen = content(published.edition_id)
    made = render(frozen, number=published.number, published_at=published.published_at, readers=[language])
    return made[language]


def filled(rows: Iterable[Any]) -> list[Row]:
    """Return rows of editions with their columns, derived where the release before has left them empty.

    A second query only if there are such.
    """
    listed = list(rows)
    empty = [row["pk"] for row in listed if row["name"] is None]
    if not empty:
        return listed
    contents = dict(Edition.objects.filter(pk__in=empty).values_list("pk", "content"))
    for row in listed:
        if (content := contents.get(row["pk"])) is not None:
            area = {"area__slug": content["area"]["slug"], _AREA_NAME: content["area"]["name"]}
            row |= {**list_columns(content), **area}
    return listed


def content(edition_id: int) -> Content:
    """Return what an edition froze; one query."""
    content: Content = Edition.objects.values_list("content", flat=True).get(pk=edition_id)
    return content


def questions(published: PublishedPage) -> list[tuple[str, str]]:
    """Return (question, the same in Russian) of a page; at most two queries.

    Russian is empty where it is the language of the page, or where its edition asks another number
    of questions, so that nothing wrong stands beside a question.
    """
    asked: list[str] = content(published.edition_id)["questions"]
    newest = Edition.objects.filter(condition=published.condition_id, language="ru", withdrawn_at=None)
    in_russian: list[str] = []
    if published.language != "ru":
        in_russian = newest.order_by("-number").values_list("content__questions", flat=True).first() or []
    if len(in_russian) != len(asked):
        in_russian = [""] * len(asked)
    return list(zip(asked, in_russian, strict=True))


def listing(language: str, slugs: Iterable[str] | None = None) -> list[ListedCondition]:
    """Return every condition that has a page, in the alphabetical order of the language; one query."""
    editions = _current() if slugs is None else _current().filter(condition__slug__in=slugs)
    by_slug: dict[str, dict[str, Row]] = {}
    for row in filled(editions.values(*_LISTED)):
        by_slug.setdefault(row["condition__slug"], {})[row["language"]] = row
    listed = []
    for slug, rows in by_slug.items():
        if shown := rows.get(language) or rows.get(settings.LANGUAGE_CODE):
            listed.append(ListedCondition(slug, area=shown["area__slug"], **{name: shown[name] for name in _OF_LIST}))
    return sorted(listed, key=lambda condition: alphabet.place(condition.name, language))


def related(published: PublishedPage, language: str) -> list[RelatedCondition]:
    """Return the related conditions that have a page, in the alphabetical order of the language; one query."""
    if not published.related:
        return []
    rows = _named(language).filter(condition__slug__in=published.related)
    # The newest come last and take the place of the older ones.
    newest = {(row["condition__slug"], row["language"]): row for row in filled(rows)}
    conditions = []
    for slug in published.related:
        if row := newest.get((slug, language)) or newest.get((slug, settings.LANGUAGE_CODE)):
            lang = "" if row["language"] == language else row["language"]
            conditions.append(RelatedCondition(row["name"], reverse("front:condition", args=[slug]), lang))
    return sorted(conditions, key=lambda condition: alphabet.place(condition.name, language))


def published_days() -> list[PublishedDays]:
    """Return when each condition was last published, by slug; one query."""
    published: dict[str, PublishedDays] = {}
    for row in filled(_current().order_by("condition__slug").values(*_DATED)):
        slug = row["condition__slug"]
        condition = published.setdefault(slug, PublishedDays(slug, row["area__slug"], {}, []))
        condition.days[row["language"]] = row["published_at"].date()
        if row[_FIRST_DOCUMENT] is not None:
            condition.with_documents.append(row["language"])
    return list(published.values())


@cache
def _with_page(language: str) -> QuerySet[Condition]:
    """Return the query for conditions that have a page: every submission asks it."""
    languages = (language, settings.LANGUAGE_CODE)
    published = Edition.objects.filter(language__in=languages, withdrawn_at=None)
    return named(Condition, "slug").filter(pk__in=published.order_by().values("condition"))


def with_page(language: str) -> QuerySet[Condition]:
    """Return the conditions that have a page for readers of a language, in its words or in English."""
    return _with_page(language).all()


def in_order(languages: Iterable[str]) -> tuple[str, ...]:
    """Return languages in the order of the switcher."""
    return tuple(code for code in settings.LIVE_LANGUAGES if code in languages)
