"""Reminder of an estimate that expires soon: one mail for each."""

from datetime import timedelta

from django.utils import timezone

from portal.core.worktime import team_today
from requests.enums import EstimateKind
from requests.models import Case, Estimate
from requests.selectors.estimates import verdict
from requests.services import effects

DAYS_BEFORE = 3
# Who has just read of it needs no reminder.
AFTER = timedelta(days=2)


def remind_due() -> int:
    """Owe a mail for each estimate that expires soon and is not decided; returns for how many one is wanted."""
    today = team_today()
    soon = Estimate.objects.filter(
        superseded_at=None,
        valid_until__range=(today, today + timedelta(days=DAYS_BEFORE)),
        issued_at__lt=timezone.now() - AFTER,
        decisions=None,
    ).exclude(kind=EstimateKind.PRELIMINARY)
    number = 0
    for estimate in soon.select_related("case"):
        living = estimate.case.living
        if is_wanted(estimate, living):
            # The key of the row is that of the estimate, so it is written once.
            effects.add(living, [effects.owed(living, effects.ESTIMATE_REMINDER, estimate.pk)])
            number += 1
    return number


def is_wanted(estimate: Estimate, living: Case) -> bool:
    """Whether the patient should be reminded: she can accept it, and nobody agreed that the case waits."""
    return verdict(estimate, living).is_open and not living.is_on_hold and not living.holds_mails
