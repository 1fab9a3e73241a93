"""What the public reads: editions, in a language or else in English."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.urls import reverse

from conditions import alphabet
from conditions.models import Condition, Edition
from portal.core.markdown import without_citations


@dataclass(frozen=True)
class PublishedPage:
    """The edition that a reader gets, and the live languages that have one of their own."""

    edition_id: int
    condition_id: int
    number: int
    language: str
    published_at: datetime.datetime
    languages: list[str]


@dataclass(frozen=True)
class ListedCondition:
    """A published condition as lists show it; ``language`` is what its names are written in."""

    id: int
    slug: str
    language: str
    name: str
    plain_name: str
    synonyms: list[str]
    summary: str
    icd10: str
    area: str
    published_at: datetime.datetime
    languages: list[str]

    @property
    def url(self) -> str:
        """Address of the page in the active language."""
        return reverse("front:condition", args=[self.slug])


@dataclass(frozen=True)
class PublishedDays:
    """A published condition, and the day that its newest edition came out in each live language."""

    slug: str
    area: str
    days: dict[str, datetime.date]


def page(slug: str, language: str) -> PublishedPage | None:
    """Return what the public reads of a condition: this language, else English, else nothing; one query."""
    rows = list(
        Edition.objects.filter(condition__slug=slug, language__in=settings.LIVE_LANGUAGES, withdrawn_at=None)
        .order_by("-number")
        .values_list("language", "pk", "condition_id", "number", "published_at")
    )
    newest: dict[str, Any] = {}
    for row in rows:
        newest.setdefault(row[0], row)
    chosen = newest.get(language) or newest.get(settings.LANGUAGE_CODE)
    if chosen is None:
        return None
    found, pk, condition_id, number, published_at = chosen
    return PublishedPage(pk, condition_id, number, found, published_at, in_order(newest))


def content(edition_id: int) -> dict[str, Any]:
    """Return what an edition froze; one query."""
    found: dict[str, Any] = Edition.objects.values_list("content", flat=True).get(pk=edition_id)
    return found


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
    """Return every condition that has a page, in the alphabetical order of the language.

    One query; a second one for editions that this process has not listed before.
    """
    editions = Edition.objects.current().filter(language__in=settings.LIVE_LANGUAGES).order_by("condition_id")
    if slugs is not None:
        editions = editions.filter(condition__slug__in=list(slugs))
    rows = list(editions.values("pk", "condition_id", "language", "published_at"))
    heads = _heads_of([row["pk"] for row in rows])
    by_condition: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_condition.setdefault(row["condition_id"], {})[row["language"]] = {**heads[row["pk"]], **row}
    listed = [_listed(one, language) for one in by_condition.values()]
    return sorted((one for one in listed if one), key=lambda one: alphabet.place(one.name, language))


# What lists show of an edition, by its id. Editions never change, and reading a few words out of their
# long texts costs the database more than all the rest of a page.
_heads: dict[int, dict[str, Any]] = {}
MAX_HEADS = 10_000


def forget_heads() -> None:
    """Forget what lists show of editions."""
    _heads.clear()


def _heads_of(pks: list[int]) -> dict[int, dict[str, Any]]:
    """Return what lists show of these editions."""
    if missing := [pk for pk in pks if pk not in _heads]:
        if len(_heads) > MAX_HEADS:
            forget_heads()
            missing = pks
        fields = ("slug", "name", "plain_name", "synonyms", "icd10")
        texts = {field: KT(f"content__{field}") for field in fields}
        rows = Edition.objects.filter(pk__in=missing).order_by()
        found = rows.values("pk", **texts, summary=KT("content__summary__text"), area=KT("content__area__slug"))
        _heads.update((row["pk"], {**row}) for row in found)
    return {pk: _heads[pk] for pk in pks}


def published_days() -> list[PublishedDays]:
    """Return when each condition was last published, by slug; one query."""
    found: dict[str, PublishedDays] = {}
    rows = Edition.objects.current().filter(language__in=settings.LIVE_LANGUAGES).order_by("condition__slug")
    for slug, area, language, at in rows.values_list(
        "condition__slug", KT("content__area__slug"), "language", "published_at"
    ):
        found.setdefault(slug, PublishedDays(slug, area, {})).days[language] = at.date()
    return list(found.values())


def with_page(language: str) -> QuerySet[Condition]:
    """Return the conditions that have a page for readers of a language, in its words or in English."""
    languages = (language, settings.LANGUAGE_CODE)
    published = Edition.objects.filter(condition=OuterRef("pk"), language__in=languages, withdrawn_at=None)
    return Condition.objects.filter(Exists(published))


def in_order(languages: Iterable[str]) -> list[str]:
    """Return languages in the order of the switcher."""
    found = set(languages)
    return [code for code in settings.LIVE_LANGUAGES if code in found]


def _listed(rows: dict[str, dict[str, Any]], language: str) -> ListedCondition | None:
    row = rows.get(language) or rows.get(settings.LANGUAGE_CODE)
    if row is None:
        return None
    values = {name: row[name] for name in ("slug", "language", "name", "plain_name", "icd10", "area", "published_at")}
    return ListedCondition(
        id=row["condition_id"],
        synonyms=json.loads(row["synonyms"]),
        summary=without_citations(row["summary"]),
        languages=in_order(rows),
        **values,
    )
