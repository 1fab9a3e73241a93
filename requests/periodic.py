"""Celery beat tasks of the requests app."""

from celery import shared_task
from django.utils import timezone

from requests.services import (
    absences,
    audit_seals,
    chasing,
    erasures,
    estimate_reminders,
    family,
    follow_ups,
    holds,
    links,
    quarantine,
    queue,
    referral_reminders,
    retention,
    virus_scans,
)


@shared_task
def hand_over_absences() -> None:
    """Hand cases of who is away soon on to the substitutes, and give back those of who is here again."""
    absences.end_due()
    absences.hand_over_due()


@shared_task(soft_time_limit=3300, time_limit=3360)
def apply_retention() -> None:
    """Do what is due by the rules of retention; a run that was killed is gone on with in the next hour."""
    retention.apply()


@shared_task
def erase_cases() -> None:
    """Erase the cases whose cooling-off is over."""
    erasures.erase_due()


@shared_task
def prune_case_links() -> None:
    """Delete links that stopped opening anything, those of families among them."""
    links.prune()
    family.prune()


@shared_task
def release_held_mails() -> None:
    """Let mails leave that waited for 24 working hours without a verdict."""
    quarantine.release_by_age(timezone.now())


@shared_task
def renew_queue_figures() -> None:
    """Count the six figures above the queue."""
    queue.renew_figures()


@shared_task
def resume_cases() -> None:
    """Bring the cases back whose hold is over."""
    holds.resume_due()


@shared_task
def ask_follow_ups() -> None:
    """Ask patients who are at home how they are, on the days that they agreed to."""
    follow_ups.ask_due()


@shared_task
def scan_papers() -> None:
    """Have the virus scanner look at papers that it has said nothing of."""
    virus_scans.catch_up()


@shared_task
def remind_of_estimates() -> None:
    """Owe a mail for each estimate that expires soon and is not decided."""
    estimate_reminders.remind_due()


@shared_task
def chase() -> None:
    """Ask the desk to chase what does not come: papers, estimates, clinics, patients; take back what came meanwhile."""
    now = timezone.now()
    chasing.withdraw_settled(now)
    chasing.missing_papers(now)
    chasing.expiring_estimates(now)
    chasing.unopened_referrals(now)
    # Last: whoever is chased for something is not chased for silence besides.
    chasing.silent_patients(now)


@shared_task
def remind_clinics() -> None:
    """Remind the clinics that have not answered for three working days."""
    referral_reminders.remind_due()


@shared_task
def seal_audit_log() -> None:
    """Seal the audit rows of every day that is over."""
    audit_seals.seal_due()


@shared_task
def verify_audit_log() -> None:
    """Compute all seals of the audit log anew; an alert tells of faults."""
    audit_seals.check()
