"""Which clinics may see a case: proposed at the desk, agreed to and taken back by the patient, each by name."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinics.models import Clinic
from portal.accounts.models import User
from portal.core.worktime import team_day, team_today
from requests.enums import ActorKind, ConsentWay, EventKind, StatedBy
from requests.models import Case, Consent, ProposedClinic
from requests.permissions import check_can_work_cases
from requests.selectors import briefs, referrals
from requests.services import audit, clock, consent_texts, patients, referral_notices


class NotProposed(Exception):
    """Nobody proposes this clinic to the patient any more."""


class DayRefused(Exception):
    """Nobody can have said it on that day: the clinic was not proposed yet, or the day is not here yet."""


@transaction.atomic
def propose(*, case: Case, clinic: Clinic, by: User) -> None:
    """Propose a clinic to the patient, once. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    locked = clock.lock(case)
    if briefs.proposals(locked).filter(clinic=clinic).exists():
        return
    row = ProposedClinic.objects.create(case=locked, clinic=clinic, proposed_by=by)
    audit.record(locked, EventKind.CLINIC_PROPOSED, by=by, object_id=row.pk)


@transaction.atomic
def take_back(*, case: Case, clinic: Clinic, by: User) -> None:
    """Take a proposal back; what the patient agreed to stays. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    locked = clock.lock(case)
    row = briefs.proposals(locked).filter(clinic=clinic).first()
    if row is not None:
        audit.record(locked, EventKind.CLINIC_TAKEN_BACK, by=by, object_id=row.pk)
        row.delete()


@transaction.atomic
def allow(*, case: Case, clinic: Clinic, language: str) -> None:
    """Record that the patient agrees that a clinic sees the case; a second click does nothing.

    Raises ``NotProposed``, or ``patients.NotAgreed`` while nobody but the writer has agreed to anything.
    """
    _allow(clock.lock(case), clinic, language, by=ActorKind.PATIENT)


@transaction.atomic
def note(
    *, case: Case, clinic: Clinic, stated_by: StatedBy, way: ConsentWay, said_on: date, language: str, by: User
) -> None:
    """Note at the desk that the patient agreed to a clinic, to the words in a language; a second click does nothing.

    Raises ``NotProposed``, ``DayRefused``, ``patients.NotAgreed`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    row = briefs.proposals(locked).filter(clinic=clinic).first()
    if row is not None and not team_day(row.proposed_at) <= said_on <= team_today():
        raise DayRefused
    heard = {"stated_by": stated_by, "way": way, "said_on": said_on, "heard_by": by}
    _allow(locked, clinic, language, by=by, **heard)


def _allow(locked: Case, clinic: Clinic, language: str, *, by: audit.Actor, **heard: Any) -> None:
    if clinic.pk in briefs.agreed(locked):
        return
    row = briefs.proposals(locked).filter(clinic=clinic).first()
    if row is None or locked.has_died or locked.is_spam:
        raise NotProposed
    patients.check_agreed(locked)
    consent_texts.record_clinic(locked, clinic, language, **heard)
    audit.record(locked, EventKind.CLINIC_ALLOWED, by=by, object_id=row.pk)


@transaction.atomic
def withdraw(*, case: Case, clinic: Clinic, by: audit.Actor = ActorKind.PATIENT, **said: Any) -> bool:
    """Take the consent for a clinic back: its link opens nothing any more, and the desk is told. A second click does nothing.

    Given anew, it revives no link: the desk sends the brief again. ``said`` are the columns of how the desk heard it.
    False when there is nothing to take back.
    """
    locked = clock.lock(case)
    referral = referrals.standing(locked).get(clinic.pk)
    if not withdraw_locked(locked, clinic, by=by, **said):
        return False
    if referral is not None:
        referral_notices.consent_withdrawn(locked, referral)
    return True


def withdraw_locked(locked: Case, clinic: Clinic, *, by: audit.Actor, **said: Any) -> bool:
    """Take the consent for a clinic back in a locked case, without a task of its own; False when there is none."""
    standing = Consent.objects.filter(case__in=locked.whole(), clinic=clinic, withdrawn_at=None)
    referral = referrals.standing(locked).get(clinic.pk)
    if not standing.update(withdrawn_at=timezone.now(), **said):
        return False
    row = briefs.proposals(locked).filter(clinic=clinic).first()
    audit.record(locked, EventKind.CLINIC_REFUSED, by=by, object_id=row.pk if row else None)
    if referral is not None:
        referral_notices.answered(locked, referral, by=by)
    return True
