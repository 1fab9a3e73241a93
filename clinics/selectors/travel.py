"""Facts for travellers that hold for somebody's journey."""

import datetime

from django.db.models import Q

from clinics.enums import TravelKind
from clinics.models import TravelFact
from clinics.selectors.cards import TRAVEL_FIELDS, TRAVEL_WORDS, TravelRow, travel_row
from portal.core.content.translated_columns import columns, untranslated


def that_hold(language: str, day: datetime.date, *, citizenship: str, days: int | None) -> list[TravelRow]:
    """Return what holds for a citizenship (ISO 3166-1 alpha-2) and a stay of so many days, of unknown length if None.

    What is said of the citizenship comes before what is said to everybody; one query.
    """
    holds = Q(citizenships="") | Q(citizenships__contains=citizenship) if citizenship else Q(citizenships="")
    if days is not None:
        holds &= (Q(stay_from=None) | Q(stay_from__lte=days)) & (Q(stay_to=None) | Q(stay_to__gte=days))
    facts = (
        untranslated(TravelFact)
        .filter(holds)
        .order_by("order", "slug")
        .values(*TRAVEL_FIELDS, *columns(language, *TRAVEL_WORDS))
    )
    kinds = list(TravelKind)
    rows = sorted(facts, key=lambda row: (kinds.index(row["kind"]), not row["citizenships"]))
    return [travel_row(row, language, day) for row in rows]
