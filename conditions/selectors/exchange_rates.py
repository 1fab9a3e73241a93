"""Reads of exchange rates."""

from datetime import date, timedelta

from django.db.models import OuterRef, Subquery

from conditions.models import ExchangeRate

# What is older is looked up again.
FRESH = timedelta(days=30)


def newest() -> list[ExchangeRate]:
    """Return the newest rate of each currency, by currency; one query."""
    last = ExchangeRate.objects.filter(currency=OuterRef("currency")).order_by("-day").values("day")[:1]
    return list(ExchangeRate.objects.filter(day=Subquery(last)).order_by("currency"))


def stale(today: date) -> list[ExchangeRate]:
    """Return the newest rates that are older than 30 days; one query."""
    return [rate for rate in newest() if rate.day + FRESH < today]
