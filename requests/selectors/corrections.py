"""Corrections of a case as its patient reads them: what she asked to correct, and what was corrected when."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from portal.core.localisation import formats
from requests.enums import FACT_NAMES, Channel, Direction, Fact, ForWhom
from requests.models import Case, Correction, Message

ROWS = ("condition", "clinic", "package")


@dataclass(frozen=True)
class Change:
    """One correction: values in words, by the columns of the fact that are others now; ``is_own`` where she made it."""

    fact: Promise
    at: datetime
    values: list[tuple[str, str]]
    is_own: bool


@dataclass(frozen=True)
class Wish:
    """A message that asks to correct a fact, and when the fact was corrected since; None while it was not."""

    fact: Promise
    message: Message
    done_at: datetime | None


def changes(case: Case, language: str) -> list[Change]:
    """Return what was corrected in a case and in those merged into it, the newest first."""
    return [
        Change(FACT_NAMES[Fact(row.fact)], row.created_at, _values(row, language), row.author_id is None)
        for row in _corrections(case)
    ]


def wishes(case: Case) -> list[Wish]:
    """Return what the patient asked to correct, the newest first."""
    rows = Message.objects.filter(case__in=case.whole(), direction=Direction.FROM_PATIENT).exclude(about="")
    corrected = [(row.fact, row.created_at) for row in reversed(_corrections(case))]
    return [
        Wish(
            FACT_NAMES[Fact(row.about)],
            row,
            next((at for fact, at in corrected if fact == row.about and at > row.created_at), None),
        )
        for row in rows.select_related("case").order_by("-created_at")
    ]


def _corrections(case: Case) -> list[Correction]:
    rows = Correction.objects.filter(case__in=case.whole()).select_related("case")
    return list(rows.order_by("-created_at"))


def _values(row: Correction, language: str) -> list[tuple[str, str]]:
    """Return what each column that changed said before and says after."""
    before, after = json.loads(row.before), json.loads(row.after)
    return [
        (_in_words(column, before.get(column, ""), language), _in_words(column, value, language))
        for column, value in after.items()
        if value != before.get(column, "")
    ]


def _in_words(column: str, value: str, language: str) -> str:
    """Write the value of a column in a language: the name of a code or of a slug."""
    if not value:
        return ""
    if column in ROWS:
        model: Any = Case._meta.get_field(column).related_model
        return str(model.objects.filter(slug=value).first() or value)
    if column == "country":
        return formats.countries(language).get(value, value)
    if column == "time_zone":
        return formats.zone_name(value, language)
    if column in ("speak", "language"):
        return formats.language_name(value, language)
    choices = {"channel": Channel, "for_whom": ForWhom}
    return str(choices[column](value).label) if column in choices else value
