"""Alerts of cases that wait for somebody, and gauges of all."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.core.monitoring import alerts, metrics
from portal.core.worktime import add_working_hours
from requests.models import AuditCheck, Case, Document, Estimate, Event, Message
from requests.selectors import queue, retention
from requests.services import audit_seals
from requests.workflow import OPEN


@alerts.check("case.overdue", wrong="An answer is overdue: {}.", over="No answer is overdue any more: {}.")
def overdue_cases() -> Iterable[str]:
    """Cases in which a patient waits for longer than we promised."""
    return Case.objects.overdue().values_list("reference", flat=True)


@alerts.check("case.unowned", wrong="Nobody has taken: {}.", over="Taken, or ended: {}.")
def unowned_cases() -> Iterable[str]:
    """Cases that nobody took within ALERT_UNOWNED_HOURS of the team, since they came or their patient wrote again."""
    now = timezone.now()
    rows = Case.objects.unowned().values_list("reference", "status", "created_at", "waiting_since")
    since = {
        reference: waits if waits and status not in OPEN else created for reference, status, created, waits in rows
    }
    return [ref for ref, at in since.items() if add_working_hours(at, settings.ALERT_UNOWNED_HOURS) <= now]


@alerts.check(
    "case.dateless",
    wrong="Nothing has a day in: {}. Say in each who acts next, and when.",
    over="A next date is set, or the case has ended: {}.",
)
def dateless_cases() -> Iterable[str]:
    """Open cases in which nothing has had a day for ALERT_DATELESS_HOURS of the team, since something happened in them."""
    now = timezone.now()
    events = Event.objects.filter(reference=OuterRef("reference")).order_by("-at").values("at")
    cases = Case.objects.filter(queue.dateless()).values_list("reference", Coalesce(Subquery(events[:1]), "created_at"))
    return [ref for ref, at in cases if add_working_hours(at, settings.ALERT_DATELESS_HOURS) <= now]


@alerts.check("case.urgent", wrong="A patient wrote that it is urgent: {}.", over="Urgent messages are answered: {}.")
def urgent_cases() -> Iterable[str]:
    """Cases with an urgent message that nobody answered."""
    unanswered = Message.objects.filter(is_urgent=True, created_at__gte=F("case__waiting_since"))
    return set(unanswered.values_list("case__reference", flat=True))


@alerts.check(
    "case.refused",
    wrong="The mail server refuses the address of the patient: {}. Reach the patient by phone.",
    over="The address of the patient is no longer refused, or the case has ended: {}.",
)
def refused_addresses() -> Iterable[str]:
    """Open cases whose patient gets no mail."""
    return Case.objects.open().filter(email_refused_at__isnull=False).values_list("reference", flat=True)


@alerts.check(
    "document.unscanned",
    wrong="Papers wait for the virus scanner for too long, and cannot be opened. Is clamd away?",
    over="No paper waits for the virus scanner for too long any more.",
)
def unscanned_papers() -> list[str]:
    """Papers that came CLAMD_LATE ago: many of them are one problem."""
    late = Document.objects.waiting_for_scan().filter(received_at__lt=timezone.now() - settings.CLAMD_LATE)
    return [""] if settings.CLAMD is not None and late.exists() else []


@alerts.check(
    "audit.unsealed",
    wrong="The audit log has not been sealed for two nights. Do beat and a worker run?",
    over="The audit log is sealed again.",
)
def unsealed_audit_log() -> list[str]:
    """Nights without a seal: many of them are one problem."""
    return [""] if audit_seals.is_behind() else []


@alerts.check(
    "audit.faults",
    wrong="The audit log is not what was sealed. Run manage.py verify_audit, and see “The audit log” in docs/operations.md.",
    over="The audit log is verified again.",
)
def faults_of_audit_log() -> list[str]:
    """What the last verification found."""
    newest = AuditCheck.objects.first()
    return [""] if newest and newest.faults else []


@alerts.check(
    "retention.failed",
    wrong="What is due by a rule of retention was not done for two nights: {}. See the log, and manage.py apply_retention.",
    over="The rule of retention is applied again: {}.",
)
def failed_retention() -> list[str]:
    """Rules that are on and left something undone in both of the last two nights."""
    return retention.failed_two_nights()


@metrics.gauge("marus_cases", "Cases by status.", "status")
def cases() -> Iterator[metrics.Row]:
    for status, number in Case.objects.order_by().values_list("status").annotate(number=Count("pk")):
        yield [status], number


@metrics.gauge("marus_cases_waiting", "Cases that somebody should see to.", "reason")
def waiting_cases() -> Iterator[metrics.Row]:
    yield ["overdue"], Case.objects.overdue().count()
    yield ["unowned"], Case.objects.unowned().count()


@metrics.gauge("marus_estimate_pdfs", "Estimates whose PDF is made, and those whose PDF is owed.", "state")
def estimate_pdfs() -> Iterator[metrics.Row]:
    printed = Estimate.objects.exclude(pdf_name="").count()
    yield ["made"], printed
    yield ["owed"], Estimate.objects.count() - printed


@metrics.gauge(
    "marus_papers", "Papers of patients by what the virus scanner said; unscanned ones can be opened.", "scan"
)
def papers() -> Iterator[metrics.Row]:
    for scan, number in Document.objects.here().order_by().values_list("virus_scan").annotate(number=Count("pk")):
        yield [scan or "unscanned"], number
