"""Cards of clinics and facts for travellers on the pages of conditions and areas."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinics.enums import ClinicKind, SourceFinding, TravelKind
from clinics.models import Clinic, ClinicSource, TravelFact
from conditions.models import Area
from portal.core.content.translated_columns import CompiledQuery, columns, parameter, texts, untranslated
from portal.core.localisation import formats
from portal.core.localisation.scripts import foreign_language
from portal.core.text.markdown import first_sentence

CARD_WORDS = ("name", "city__name", "about")
TRAVEL_WORDS = ("topic", "text")
TRAVEL_FIELDS = ("kind", "citizenships", "source", "source_url", "stated_on", "checked_on", "next_check_on")

# The same texts come with every page.
_first_sentence = lru_cache(maxsize=4096)(first_sentence)


@dataclass(frozen=True)
class ClinicCard:
    """A clinic in a list; ``name_lang`` is set when the name is in another script than the page."""

    slug: str
    name: str
    name_lang: str
    city: str
    kind: str
    summary: str
    areas: tuple[str, ...]
    url: str
    has_open_licence_question: bool


@dataclass(frozen=True)
class TravelRow:
    """A fact for travellers; one past its next check is shown as being checked again since that day.

    ``checked`` says either, as HTML.
    """

    kind: TravelKind
    topic: str
    text: str
    source: str
    source_url: str
    source_lang: str
    stated_on: str
    checked: SafeString
    is_overdue: bool


def of_area(area_id: int, language: str) -> list[ClinicCard]:
    """Return the published clinics of an area; one query."""
    return _cards("areas", area_id, language)


def of_condition(condition_id: int, language: str) -> list[ClinicCard]:
    """Return the published clinics for a condition; one query."""
    return _cards("conditions", condition_id, language)


def of_clinics(ids: Iterable[int], language: str) -> dict[int, ClinicCard]:
    """Return the published clinics of these primary keys, with the names of their areas; two queries."""
    keys = list(ids)
    areas: dict[int, list[str]] = {}
    for row in untranslated(Area).filter(clinics__in=keys).values("clinics", *columns(language, "name")):
        areas.setdefault(row["clinics"], []).append(texts(row, language, ["name"])["name"])
    rows = _published(language).filter(pk__in=keys)
    return {row["pk"]: _card(row, language, tuple(areas.get(row["pk"], ()))) for row in rows}


def _cards(relation: str, key: int, language: str) -> list[ClinicCard]:
    cards = [_card(row, language) for row in _clinics(relation, language).rows(key=key)]
    return sorted(cards, key=lambda clinic: clinic.name.casefold())


@cache
def _clinics(relation: str, language: str) -> CompiledQuery:
    return CompiledQuery(_published(language).filter(**{relation: parameter("key")}))


def _published(language: str) -> QuerySet[Clinic, dict[str, Any]]:
    open_question = ClinicSource.objects.filter(clinic=OuterRef("pk"), finding=SourceFinding.LICENCE)
    published = untranslated(Clinic).filter(is_published=True).order_by()
    rows: QuerySet[Clinic, dict[str, Any]] = published.values(
        "pk", "slug", "kind", *columns(language, *CARD_WORDS), is_open=Exists(open_question)
    )
    return rows


def _card(row: dict[str, Any], language: str, areas: tuple[str, ...] = ()) -> ClinicCard:
    translated = texts(row, language, CARD_WORDS)
    return ClinicCard(
        slug=row["slug"],
        name=translated["name"],
        name_lang=foreign_language(translated["name"], language),
        city=translated["city__name"],
        kind=str(ClinicKind(row["kind"]).label) if row["kind"] else "",
        summary=_first_sentence(translated["about"]),
        areas=areas,
        url=reverse("clinics:clinic", args=[row["slug"]]),
        has_open_licence_question=row["is_open"],
    )


def travel_facts(language: str, day: datetime.date) -> list[TravelRow]:
    """Return what all should know before they decide to travel, as a language has it, the active one; one query.

    ``day`` decides what is overdue. What only a journey needs, an invitation or the border, stands with the journey.
    """
    return [travel_row(row, language, day) for row in _travel_facts(language).rows()]


def travel_row(row: dict[str, Any], language: str, day: datetime.date) -> TravelRow:
    """Return a fact from the columns TRAVEL_FIELDS and those of TRAVEL_WORDS in a language, the active one."""
    is_overdue = row["next_check_on"] < day
    sentence = _("being checked again since %(day)s") if is_overdue else _("read on %(day)s")
    shown = formats.day(row["next_check_on"] if is_overdue else row["checked_on"], language)
    return TravelRow(
        kind=TravelKind(row["kind"]),
        **texts(row, language, TRAVEL_WORDS),
        source=row["source"],
        source_url=row["source_url"],
        source_lang=foreign_language(row["source"], language),
        stated_on=formats.day(row["stated_on"], language) if row["stated_on"] else "",
        checked=SafeString(escape(sentence) % {"day": f"<bdi>{escape(shown)}</bdi>"}),
        is_overdue=is_overdue,
    )


@cache
def _travel_facts(language: str) -> CompiledQuery:
    facts = untranslated(TravelFact).filter(citizenships="", kind__in=(TravelKind.VISA, TravelKind.PAYMENT))
    return CompiledQuery(facts.values(*TRAVEL_FIELDS, *columns(language, *TRAVEL_WORDS)))
