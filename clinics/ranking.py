"""Ranking of clinics: points for what is known, and nothing that anybody could pay for.

The public page "How this list is ordered" prints this very table.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# A fact read longer ago than this is not fresh.
FRESH = datetime.timedelta(days=365)


@dataclass(frozen=True)
class RankingFactor:
    """Something that is known of a clinic, and how many points it gives."""

    code: str
    points: int
    sentence: Promise


RANKING_FACTORS = (
    RankingFactor(
        "licence", 4, _("The number of its licence is known, and no source leaves a question about it open.")
    ),
    RankingFactor("accreditation", 3, _("It has an accreditation that is valid today.")),
    RankingFactor("price", 3, _("At least one price of its own holds today.")),
    RankingFactor("services", 2, _("A source says what it does for patients from abroad.")),
    RankingFactor("languages", 2, _("A source says which languages it speaks.")),
    RankingFactor("fresh", 2, _("Somebody of us read a source about it in the last 12 months.")),
    RankingFactor("facts", 1, _("A source says more about it, such as the year it was founded.")),
)


def score(known: Collection[str]) -> int:
    """Return the points of a clinic with these factors, by their codes."""
    return sum(factor.points for factor in RANKING_FACTORS if factor.code in known)
