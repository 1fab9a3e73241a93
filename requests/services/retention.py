"""What is done by the rules of retention: what is due is counted, and goes piece by piece."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import F
from django.utils import timezone

from conditions.services import feedback
from portal.accounts.services import security_log
from portal.core.delivery import outbox
from portal.core.worktime import team_today
from requests.enums import ErasureWhy
from requests.enums import RetentionKind as K
from requests.models import AuditSeal, Case, RetentionRule, RetentionRun
from requests.selectors.erasures import hold_of
from requests.selectors.retention import cases_due, limit_of
from requests.services import audit_seals, documents, erasures, flow_answers, handover

log = logging.getLogger(__name__)


class Due(NamedTuple):
    """What a rule would do now; ``held`` of the cases stay, because a legal hold stands."""

    rule: RetentionRule
    number: int
    held: int = 0


class Piece(NamedTuple):
    """A step of a run with a transaction of its own: what is done, and how it is named in the log (no personal data)."""

    name: str
    act: Callable[[], int]


def due(rule: RetentionRule) -> Due:
    """Return how much a rule is about now. Changes nothing."""
    if rule.is_of_cases:
        cases = list(cases_due(K(rule.kind), limit_of(rule)))
        held = sum(hold_of(case) is not None for case in cases)
        return Due(rule, len(cases) - held, held)
    return Due(rule, COUNTS[K(rule.kind)](rule))


def apply() -> list[RetentionRun]:
    """Do what is due by every rule that is on.

    What is due is chosen anew each time, so that a run that was killed is gone on with where it stopped.
    """
    return [_run(rule) for rule in RetentionRule.objects.filter(is_on=True)]


def _run(rule: RetentionRule) -> RetentionRun:
    run, _is_new = RetentionRun.objects.get_or_create(kind=rule.kind, night=team_today())
    RetentionRun.objects.filter(pk=run.pk).update(held=0, errors=0, finished_at=None)
    for piece in _pieces(rule):
        RetentionRun.objects.filter(pk=run.pk).update(**_outcome(rule, piece))
    RetentionRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    run.refresh_from_db()
    log.info("Retention, %s: %s gone, %s held, %s errors", run.kind, run.done, run.held, run.errors)
    return run


def _outcome(rule: RetentionRule, piece: Piece) -> dict[str, Any]:
    try:
        return {"done": F("done") + piece.act()}
    except erasures.Held:
        log.info("Retention, %s: %s is held", rule.kind, piece.name)
        return {"held": F("held") + 1}
    except Exception as error:  # noqa: BLE001 – the others must not wait for this one
        log.error("Retention, %s: %s is not done: %s", rule.kind, piece.name, type(error).__name__)
        return {"errors": F("errors") + 1}


def _pieces(rule: RetentionRule) -> Iterable[Piece]:
    if rule.is_of_cases:
        cases = cases_due(K(rule.kind), limit_of(rule)).values_list("pk", "reference")
        return [Piece(reference, partial(_erase, pk, rule)) for pk, reference in cases]
    if rule.kind == K.PASSPORTS:
        return [
            Piece(case.reference, partial(_delete_passport, case)) for case in flow_answers.passports_due(rule.days)
        ]
    return [Piece("all", partial(DELETIONS[K(rule.kind)], limit_of(rule)))]


def _erase(pk: Any, rule: RetentionRule) -> int:
    # The patient may have written since, or the case may have been opened again.
    case = cases_due(K(rule.kind), limit_of(rule)).filter(pk=pk).first()
    if case is None:
        return 0
    erasures.erase(case, why=ErasureWhy.RETENTION)
    return 1


def _delete_passport(case: Case) -> int:
    flow_answers.delete_passport(case)
    return 1


def _audit_days_due(rule: RetentionRule) -> int:
    return AuditSeal.objects.filter(day__lt=limit_of(rule).astimezone(UTC).date(), removal=None).count()


def _remove_audit_days(limit: datetime) -> int:
    return audit_seals.remove_before(limit.astimezone(UTC).date())


COUNTS: dict[K, Callable[[RetentionRule], int]] = {
    K.PASSPORTS: lambda rule: len(flow_answers.passports_due(rule.days)),
    K.UNFINISHED_PAPERS: lambda rule: documents.unfinished(limit_of(rule)).count(),
    K.HANDOVER_NOTES: lambda rule: handover.older(limit_of(rule)).count(),
    K.AUDIT: _audit_days_due,
    K.SECURITY_LOG: lambda rule: security_log.older(limit_of(rule)).count(),
    K.FEEDBACK: lambda rule: feedback.older(limit_of(rule)).count(),
    K.SENT_MAILS: lambda rule: outbox.sent_before(limit_of(rule)).count(),
}
DELETIONS: dict[K, Callable[[datetime], int]] = {
    K.UNFINISHED_PAPERS: documents.discard_unfinished,
    K.HANDOVER_NOTES: handover.prune,
    K.AUDIT: _remove_audit_days,
    K.SECURITY_LOG: security_log.prune,
    K.FEEDBACK: feedback.prune,
    K.SENT_MAILS: outbox.prune,
}
