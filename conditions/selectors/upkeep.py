"""What of the published pages has grown old, and what will."""

import datetime
from dataclasses import dataclass

from django.db.models.fields.json import KT

from conditions.models import Edition, Price

SOON = datetime.timedelta(days=60)


@dataclass(frozen=True)
class Due:
    """A page in one language with the day of its next check and the procedures whose price is past its date, by name."""

    condition_id: int
    name: str
    language: str
    review_on: datetime.date | None
    expired: tuple[str, ...]
    reviewed_by: str

    def is_stale(self, today: datetime.date) -> bool:
        """Whether the page has to be gone through now."""
        return bool(self.expired) or (self.review_on is not None and self.review_on < today)

    def is_due_soon(self, today: datetime.date) -> bool:
        """Whether its next check comes up within two months."""
        return not self.is_stale(today) and self.review_on is not None and self.review_on <= today + SOON


def schedule(today: datetime.date) -> list[Due]:
    """Return every published page, the one that is due first on top; two queries."""
    expired: dict[int, list[str]] = {}
    past = Price.objects.filter(amount_from__isnull=False, valid_until__lt=today)
    for condition_id, name in past.values_list("condition_id", "procedure__name_en"):
        expired.setdefault(condition_id, []).append(name)
    rows = (
        Edition.objects.current()
        .order_by()
        .values_list(
            "condition_id", "condition__name_en", "language", KT("content__next_review_on"), KT("content__reviewed_by")
        )
    )
    found = [
        Due(pk, name, language, _day(review), tuple(expired.get(pk, ())), doctor or "")
        for pk, name, language, review, doctor in rows
    ]
    return sorted(found, key=lambda due: (not due.is_stale(today), due.review_on or datetime.date.max, due.name))


def stale(today: datetime.date) -> list[Due]:
    """Return the published pages that have to be gone through now."""
    return [due for due in schedule(today) if due.is_stale(today)]


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
