"""Correctable facts of a case: the columns of each, and what they say as plain text."""

from typing import Any

from django.db.models import Model

from requests.enums import Fact
from requests.models import Case

COLUMNS: dict[Fact, tuple[str, ...]] = {
    Fact.NAME: ("name",),
    Fact.PATIENT: ("for_whom", "patient_name"),
    Fact.EMAIL: ("email",),
    Fact.PHONE: ("phone", "channel", "best_time"),
    Fact.PLACE: ("country", "time_zone"),
    Fact.LANGUAGES: ("speak", "language"),
    Fact.CONDITION: ("condition",),
    Fact.CLINIC: ("clinic",),
    Fact.PACKAGE: ("package",),
}


def as_text(case: Case, fact: Fact) -> dict[str, str]:
    """Return what the columns of a fact hold, slugs for rows."""
    return {column: text_of(getattr(case, column)) for column in COLUMNS[fact]}


def text_of(value: Any) -> str:
    """Return a value of a column as text: a row as its slug, nothing as an empty text."""
    if isinstance(value, Model):
        return str(value.slug)  # type: ignore[attr-defined]  # condition, clinic and package have one
    return str(value or "")
