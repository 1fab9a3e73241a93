"""Published pages that are due for a check now or soon."""

import datetime
from dataclasses import dataclass

from conditions.models import Edition, Price
from conditions.selectors import editions
from portal.core.content.translated_columns import columns, texts
from portal.core.localisation import desk_formats

FIELDS = ("pk", "condition_id", "language", "name", "next_review_on", "reviewed_by")


@dataclass(frozen=True)
class Due:
    """A page in one language with the day of its next check and the procedures whose price is past its date, by name."""

    condition_id: int
    name: str
    language: str
    review_on: datetime.date | None
    expired: list[str]
    reviewed_by: str

    def is_stale(self, today: datetime.date) -> bool:
        """Whether the page has to be gone through now."""
        return bool(self.expired) or (self.review_on is not None and self.review_on < today)


def schedule(today: datetime.date) -> list[Due]:
    """Return every published page, the one that is due first on top; two queries."""
    expired: dict[int, list[str]] = {}
    past = Price.objects.filter(amount_from__isnull=False, valid_until__lt=today)
    language = desk_formats.language()
    for price in past.values("condition_id", *columns(language, "procedure__name")):
        name = texts(price, language, ["procedure__name"])["procedure__name"]
        expired.setdefault(price["condition_id"], []).append(name)
    rows = Edition.objects.current().order_by().values(*FIELDS, *columns(language, "condition__name"))
    reviews = [
        Due(
            condition_id=row["condition_id"],
            name=texts(row, language, ["condition__name"])["condition__name"],
            language=row["language"],
            review_on=row["next_review_on"],
            expired=expired.get(row["condition_id"], []),
            reviewed_by=row["reviewed_by"],
        )
        for row in editions.filled(rows)
    ]
    return sorted(
        reviews, key=lambda due: (not due.is_stale(today), due.review_on or datetime.date.max, due.name, due.language)
    )
