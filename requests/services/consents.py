"""Taking consents back and giving them again: what follows is done at once, in one transaction."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override, pgettext

from clinics.models import Clinic
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.worktime import team_today
from requests import consents
from requests.enums import ActorKind, ConsentWay, EventKind, ForWhom, Purpose, StatedBy
from requests.models import Case, Consent
from requests.permissions import check_can_work_cases
from requests.selectors import consents as selectors
from requests.services import (
    audit,
    clinic_consents,
    clock,
    consent_texts,
    effects,
    family,
    follow_ups,
    holds,
    patients,
    referral_notices,
    reviews,
    tasks,
)
from requests.services.audit import Actor

# What rests on a consent, and is taken back with it: health data are personal data, and clinics and questions need both.
WITH = {
    Purpose.HEALTH: (Purpose.HEALTH,),
    Purpose.PROCESSING: (Purpose.PROCESSING, Purpose.HEALTH),
}
EVENTS = {Purpose.HEALTH: EventKind.HEALTH_WITHDRAWN, Purpose.PROCESSING: EventKind.DATA_WITHDRAWN}


class DayRefused(Exception):
    """Nobody can have said it on that day, for it is not here yet."""


@transaction.atomic
def withdraw(*, case: Case, purpose: Purpose, clinic: Clinic | None = None, by: Actor) -> bool:
    """Take the consents to a purpose back, with everything that follows; False when none stands, as after a second click.

    Of a clinic, its link dies; of the follow-up, nothing is asked any more; without the others nobody works on the case.
    """
    return _withdraw(case, purpose, clinic, by)


@transaction.atomic
def note_withdrawal(
    *,
    case: Case,
    purpose: Purpose,
    stated_by: StatedBy,
    way: ConsentWay,
    said_on: date,
    by: User,
    clinic: Clinic | None = None,
) -> bool:
    """Note at the desk that a consent was taken back, who said it, how and on which day; the same follows at once.

    Raises ``DayRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    if said_on > team_today():
        raise DayRefused
    said = {"stated_by": stated_by, "way": way, "said_on": said_on}
    columns = {f"withdrawal_{name}": value for name, value in said.items()}
    return _withdraw(case, purpose, clinic, by, withdrawn_by=by, **columns)


def _withdraw(case: Case, purpose: Purpose, clinic: Clinic | None, by: Actor, **said: Any) -> bool:
    whole = clock.lock_all(*case.living.whole())
    locked = whole[0]
    if locked.is_erased:
        return False
    if purpose == Purpose.CLINIC:
        return clinic is not None and clinic_consents.withdraw(case=locked, clinic=clinic, by=by, **said)
    if purpose == Purpose.FOLLOW_UP:
        return follow_ups.stop_locked(locked, by=by, **said)
    now = timezone.now()
    rows = Consent.objects.filter(case__in=whole, withdrawn_at=None)
    if not rows.filter(purpose=purpose).exists():
        return False
    rows.filter(purpose__in=WITH[purpose]).update(withdrawn_at=now, **said)
    audit.record(locked, EVENTS[purpose], by=by)
    _stop(whole, purpose, now, by)
    return True


def _stop(whole: list[Case], purpose: Purpose, now: datetime, by: Actor) -> None:
    """End everything that rests on the consents of a case and of those merged into it, and tell the desk."""
    locked = whole[0]
    for clinic in _clinics(whole):
        clinic_consents.withdraw_locked(locked, clinic, by=by)
    follow_ups.stop_locked(locked, by=by)
    # First: a hold would hide the case from the desk.
    holds.resume(case=locked, by=by)
    for part in whole:
        part.refresh_from_db(fields=["on_hold_until", "on_hold_reason"])
        if purpose == Purpose.PROCESSING:
            family.revoke_all(part, by=by)
        else:
            family.revoke_medical(part, by=by)
        reviews.end_all(part, by=by)
        outbox.cancel(part.reference, effects.OF_WORK)
        part.consent_withdrawn_at = part.consent_withdrawn_at or now
        part.save(update_fields=["consent_withdrawn_at"])
    tasks.withdraw_work(locked, at=locked.consent_withdrawn_at or now, by=by)
    _tell(locked, f"withdrawn:{now.isoformat()}", by)


def _clinics(whole: list[Case]) -> list[Clinic]:
    ids = Consent.objects.filter(case__in=whole, clinic__isnull=False, withdrawn_at=None).values("clinic")
    return list(Clinic.objects.filter(pk__in=ids).order_by("pk"))


def can_give_again(case: Case) -> bool:
    """Whether what was taken back can be given again: the patient lives, and the case is neither spam nor erased."""
    is_over = case.has_died or case.is_spam or case.is_erased
    return case.consent_withdrawn_at is not None and not is_over


@transaction.atomic
def give_again(*, case: Case, language: str) -> bool:
    """Record that the patient, or who writes for her, agrees again: work goes on. False when nothing was taken back.

    What was taken back of clinics stays so: each is agreed to by name. Where somebody else writes, the patient is
    asked for her own consents anew.
    """
    whole = clock.lock_all(*case.living.whole())
    locked = whole[0]
    stopped_at = locked.consent_withdrawn_at
    if stopped_at is None or not can_give_again(locked):
        return False
    missing = selectors.withdrawn_purposes(locked)
    consent_texts.write([consents.current(purpose, language) for purpose in missing], case=locked)
    for part in whole:
        part.consent_withdrawn_at = None
        part.save(update_fields=["consent_withdrawn_at"])
    audit.record(locked, EventKind.CONSENT_AGAIN, by=ActorKind.PATIENT)
    if locked.is_open:
        tasks.bring_back(locked, withdrawn_at=stopped_at)
    if locked.for_whom == ForWhom.SOMEONE_ELSE and not patients.has_agreed(locked):
        tasks.ask_for_patient(locked)
    _tell(locked, f"again:{timezone.now().isoformat()}", ActorKind.PATIENT)
    return True


def _tell(locked: Case, what: str, by: Actor) -> None:
    """Tell the desk by a task, due soon, and by a mail at once; whoever noted it knows it."""
    with override(referral_notices.language_of(locked)):
        sentence = (
            pgettext("desk", "The patient took a consent back. Work on the case has stopped: read what to do above.")
            if locked.consent_withdrawn_at is not None
            else pgettext("desk", "The patient agreed again. Go on with the case; clinics need a new yes each.")
        )
    # After a death nothing is left to do; the mail tells of it.
    if not locked.has_died:
        tasks.follow(locked, tasks.FOLLOW_UP, by=ActorKind.SYSTEM, details=sentence)
    told = effects.for_consent(locked, what)
    effects.add(locked, [item for item in told if not isinstance(by, User) or item.recipient_id != by.pk])
