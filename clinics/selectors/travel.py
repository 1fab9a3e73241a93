"""Reads of what travellers should know."""

import datetime
from dataclasses import dataclass

from clinics.models import TravelFact
from conditions.scripts import foreign_language
from conditions.selectors.wording import columns, texts

TRAVEL_WORDS = ("topic", "text")


@dataclass(frozen=True)
class TravelRow:
    """A fact for travellers; one past its next check is shown as being checked."""

    topic: str
    text: str
    source: str
    source_url: str
    source_lang: str
    stated_on: datetime.date | None
    checked_on: datetime.date
    is_overdue: bool


def travel_facts(language: str, day: datetime.date) -> list[TravelRow]:
    """Return what travellers should know, as a language has it; ``day`` decides what is overdue. One query."""
    fields = ("source", "source_url", "stated_on", "checked_on", "next_check_on")
    rows = TravelFact.objects.values(*fields, *columns(language, *TRAVEL_WORDS))
    return [
        TravelRow(
            **texts(row, language, TRAVEL_WORDS),
            source=row["source"],
            source_url=row["source_url"],
            source_lang=foreign_language(row["source"], language),
            stated_on=row["stated_on"],
            checked_on=row["checked_on"],
            is_overdue=row["next_check_on"] < day,
        )
        for row in rows
    ]
