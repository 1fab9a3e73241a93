"""Briefs of a case: the versions, the papers that they name, and the clinics."""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from portal.core.worktime import team_day
from requests.brief_content import Pair, Paper
from requests.enums import BriefState
from requests.models import Brief, Case, Consent, ProposedClinic
from requests.selectors import documents

# Doctors in Russia read Russian; who speaks it reads English beside it.
RUSSIAN, ENGLISH = "ru", "en"


def versions(case: Case) -> QuerySet[Brief]:
    """Return the versions of the brief of a case and of those merged into it, the newest first."""
    rows = Brief.objects.filter(case__in=case.whole()).select_related(
        "case", "changed_by", "sent_by", "approval_noted_by"
    )
    return rows.order_by("-created_at")


def unfinished(case: Case) -> Brief | None:
    """Return the version of a case that is being written, or that the patient has to approve."""
    return versions(case).filter(state__in=(BriefState.DRAFT, BriefState.SENT), case=case).first()


def approved(case: Case) -> Brief | None:
    """Return the version that clinics may read."""
    return versions(case).filter(state=BriefState.APPROVED).first()


def approved_until(case: Case, day: date) -> Brief | None:
    """Return the newest version that was approved on a day of the team or before it, also where another followed."""
    rows = versions(case).exclude(approved_at=None)
    return next((row for row in rows if row.approved_at and team_day(row.approved_at) <= day), None)


def has_approved(case: Case) -> bool:
    """Whether the patient has approved a version that stands."""
    return Brief.objects.filter(case__in=case.whole(), state=BriefState.APPROVED).exists()


def for_patient(case: Case) -> Brief | None:
    """Return the version that the patient reads: the one to approve, else the approved one."""
    rows = list(versions(case).filter(state__in=(BriefState.SENT, BriefState.APPROVED)))
    to_approve = [row for row in rows if row.is_sent and row.case_id == case.pk]
    return next(iter([*to_approve, *(row for row in rows if row.is_approved)]), None)


def languages(case: Case) -> tuple[str, str]:
    """Return the two languages of a new brief: the patient's, and that of the doctors."""
    return case.language, ENGLISH if case.language == RUSSIAN else RUSSIAN


def papers_of(case: Case) -> list[Paper]:
    """Return the papers of the checklist that are here, and those that the patient does not have."""
    own, other = languages(case)
    names = {item.need.code: item.need.name for item in documents.checklist(case, other)}
    papers = []
    for item in documents.checklist(case, own):
        name = Pair(item.need.name, names[item.need.code])
        if item.document is not None:
            made = item.document.study_date
            month = _month(made or timezone.localdate(item.document.received_at))
            papers.append(Paper(name, month, is_received=made is None))
        elif item.is_missing:
            papers.append(Paper(name, is_missing=True))
    return papers


def proposals(case: Case) -> QuerySet[ProposedClinic]:
    """Return the clinics that are proposed to the patient."""
    return ProposedClinic.objects.filter(case__in=case.whole()).select_related("clinic__city", "proposed_by")


def agreed(case: Case) -> dict[int, Consent]:
    """Return the standing consents that a clinic sees the case, by the key of the clinic."""
    rows = Consent.objects.filter(case__in=case.whole(), clinic__isnull=False, withdrawn_at=None)
    return {row.clinic_id: row for row in rows.select_related("clinic", "text", "heard_by") if row.clinic_id}


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
