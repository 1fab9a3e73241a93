"""The checklist of papers of a condition, as its current edition froze it, in a language or else in English."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from conditions.models import Condition, Edition
from conditions.selectors.drafts import Content
from conditions.selectors.editions import in_order
from portal.core.text.markdown import line_to_html


@dataclass(frozen=True)
class NeededDocument:
    """A paper of the checklist; its words are in ``language``. Citations lead to the page of the sources."""

    code: str
    name: str
    reason: SafeString
    how_to: SafeString
    max_age_days: int | None
    is_required: bool
    language: str

    @property
    def max_age(self) -> str:
        """How old it may be, in the active language; empty where no source says so."""
        days = self.max_age_days
        if days is None:
            return ""
        if days % 365 == 0 or days % 30 == 0:
            months = days // 365 * 12 if days % 365 == 0 else days // 30
            return ngettext("Not older than %(count)d month", "Not older than %(count)d months", months) % {
                "count": months
            }
        return ngettext("Not older than %(count)d day", "Not older than %(count)d days", days) % {"count": days}


@dataclass(frozen=True)
class Checklist:
    """What the public reads about papers; ``languages`` are the live ones that have a list of their own."""

    needs: list[NeededDocument]
    language: str
    number: int
    published_on: datetime.date
    languages: tuple[str, ...]


def checklist(condition: int, language: str) -> Checklist | None:
    """Return the list for readers of a language, ``None`` where it would be empty; one query."""
    editions = Edition.objects.current().filter(condition=condition, language__in=settings.LIVE_LANGUAGES).order_by()
    rows = editions.values_list("language", "number", "published_at", "content__slug", "content__document_needs")
    # An edition of the release before froze none.
    lists = {row[0]: row for row in rows if row[4]}
    shown = lists.get(language) or lists.get(settings.LANGUAGE_CODE)
    if shown is None:
        return None
    written_in, number, published_at, slug, needs = shown
    sources = reverse("front:condition_sources", args=[slug])
    return Checklist(
        [_needed(need, written_in, sources) for need in needs], written_in, number, published_at.date(), in_order(lists)
    )


def needs(condition: Condition, language: str) -> list[NeededDocument]:
    """Return the papers of a condition, in the order of its list; one query."""
    listed = checklist(condition.pk, language)
    return listed.needs if listed else []


def _needed(need: Content, language: str, sources: str) -> NeededDocument:
    reason, how_to = (
        SafeString(line_to_html(need[part]["text"], language).replace('href="#source-', f'href="{sources}#source-'))
        for part in ("reason", "how_to")
    )
    return NeededDocument(
        code=need["code"],
        name=need["name"],
        reason=reason,
        how_to=how_to,
        max_age_days=need["max_age_days"],
        is_required=need["is_required"],
        language=language,
    )
