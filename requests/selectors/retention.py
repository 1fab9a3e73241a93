"""Which cases a rule of retention is about, and how the days of a rule are said."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from requests.enums import RetentionKind
from requests.models import Case, RetentionRule, RetentionRun
from requests.retention_kinds import ENDINGS, YEAR, KindOfRetention


def limit_of(rule: RetentionRule) -> datetime:
    """Return the moment before which something must have happened for the rule to be about it."""
    return timezone.now() - timedelta(days=rule.days)


def cases_due(kind: RetentionKind, limit: datetime) -> QuerySet[Case]:
    """Return the ended cases that go, those on hold among them: ended before a moment, and nobody waits in them."""
    ended = Case.objects.filter(status__in=ENDINGS[kind], closed_at__lt=limit, waiting_since=None)
    return ended.exclude(wrapped_key=b"").order_by("closed_at", "pk")


def in_words(days: int) -> str:
    """Return days as years where they are whole ones, in the language of the reader."""
    years, rest = divmod(days, YEAR)
    if years and not rest:
        return ngettext("%(number)s year", "%(number)s years", years) % {"number": years}
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}


def failed_two_nights() -> list[str]:
    """Return the kinds whose last two runs before this one both left something undone."""
    failed = []
    for rule in RetentionRule.objects.filter(is_on=True):
        runs = RetentionRun.objects.filter(kind=rule.kind).order_by("-night")[:2]
        if len(runs) == 2 and all(run.has_failed for run in runs):
            failed.append(rule.kind)
    return failed


class ToldRule(NamedTuple):
    """A rule as the privacy page tells it."""

    about: KindOfRetention
    # Empty for cases that no rule erases: they stay until somebody asks.
    lasts: str


def told() -> list[ToldRule]:
    """Return every rule in the words of the privacy page, in the language of the reader."""
    return [ToldRule(rule.about, in_words(rule.days) if rule.is_on else "") for rule in RetentionRule.objects.all()]
