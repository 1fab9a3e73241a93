"""Tasks that the desk gets by itself when nothing comes: from a patient, about an estimate, for a paper, from a clinic.

Each rule makes one task for its occasion, also after a coordinator has finished it. A task whose occasion is over is
taken back by the next run, so that nothing else in the portal has to know of the rules.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import override

from portal.core.localisation import desk_formats
from requests.enums import ActorKind
from requests.models import Case
from requests.selectors import chasing
from requests.selectors.documents import name_of
from requests.selectors.estimates import verdict
from requests.services import clock, next_dates, tasks

# As many as a run takes of each, well within the time that a task of Celery has; the next run goes on.
AT_ONCE = 100


def silent_patients(now: datetime) -> int:
    """Make a task for each patient whose turn it is and from whom nothing came for 5 working days; returns how many."""
    made, cases = 0, chasing.silent(now)
    for case in cases[:AT_ONCE]:
        with transaction.atomic():
            locked = clock.lock(case)
            silent = cases.filter(pk=locked.pk).first()
            if silent is None:
                continue  # she wrote, or somebody was quicker
            since = int(silent.silent_since.timestamp())
            token = f"{chasing.occasion(chasing.PATIENT, locked)}:{since}"
            tasks.follow(locked, chasing.PATIENT, by=ActorKind.SYSTEM, form_token=token)
            made += 1
    return made


def expiring_estimates(now: datetime) -> int:
    """Make a task for each undecided estimate that ends within 3 working days; returns how many."""

    def words(estimate: Any, living: Case) -> str | None:
        day = estimate.valid_until
        return _in_both(lambda _language: desk_formats.day(day)) if verdict(estimate, living).is_open else None

    return _chase(chasing.expiring(now), chasing.ESTIMATE, words)


def missing_papers(now: datetime) -> int:
    """Make a task for each paper that was asked for and is 2 working days late; returns how many."""

    def words(task: Any, living: Case) -> str:
        if not task.need:
            return str(task.details).partition("\n")[0]
        return _in_both(lambda language: name_of(living, task.need, language))

    return _chase(chasing.late_papers(now), chasing.PAPER, words)


def unopened_referrals(now: datetime) -> int:
    """Make a task for each referral that its clinic has not opened for 2 working days; returns how many."""
    rows = chasing.unopened(now).select_related("clinic")
    return _chase(rows, chasing.CLINIC, lambda referral, _living: _in_both(lambda _language: str(referral.clinic)))


def withdraw_settled(now: datetime) -> int:
    """Take back the tasks whose occasion is over, and leave their cases with a next date; returns how many."""
    withdrawn = 0
    for task in chasing.settled(chasing.open_tasks(), now)[:AT_ONCE]:
        with transaction.atomic():
            locked = clock.lock(task.case)
            for settled in chasing.settled(chasing.open_tasks().filter(pk=task.pk), now):
                tasks.withdraw_locked(locked, settled, by=ActorKind.SYSTEM)
                next_dates.keep(locked)
                withdrawn += 1
    return withdrawn


def _chase(rows: QuerySet[Any], code: str, words: Callable[[Any, Case], str | None]) -> int:
    """Make a task in the living case of each row; ``words`` say which it is, None that there is nothing to chase."""
    made = 0
    for row in rows.select_related("case__merged_into")[:AT_ONCE]:
        with transaction.atomic():
            locked = clock.lock(row.case.living)
            fresh: Model | None = rows.filter(pk=row.pk).first()
            # It came meanwhile, somebody was quicker, or the case was merged.
            if fresh is None or locked.living != locked or (details := words(fresh, locked)) is None:
                continue
            tasks.follow(locked, code, by=ActorKind.SYSTEM, form_token=chasing.occasion(code, fresh), details=details)
            made += 1
    return made


def _in_both(words: Callable[[str], str]) -> str:
    """Return words in both languages of the desk, a line for each unless they are the same."""
    lines = []
    for language in settings.DESK_LANGUAGES:
        with override(language):
            lines.append(words(language))
    return "\n".join(dict.fromkeys(filter(None, lines)))
