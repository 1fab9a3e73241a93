"""Absences of colleagues: entered, changed, ended. Cases go to the substitute before the first day and come back after the last.

Each step locks the absence and one case, and is repeated until nothing is left: a run that was killed goes on
where it was, and two at once hand nothing on twice.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.localisation import desk_formats
from portal.core.worktime import last_close, team_today
from requests.enums import ActorKind, EventKind
from requests.models import Absence, Case
from requests.models.cases import CURRENT
from requests.permissions import can_work_cases, check_can_enter_absence
from requests.services import audit, clock, effects, form_tokens

LONGEST_AHEAD = timedelta(days=366)


class AbsenceRefused(Exception):
    """An absence that cannot be as it was entered; ``field`` is what to change, the text says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def enter(*, user: User, substitute: User, begins_on: date, ends_on: date, by: User, form_token: str) -> Absence:
    """Enter days on which a colleague is away; their cases are handed on at once when it is time. The same form counts once.

    Raises ``AbsenceRefused`` or ``PermissionDenied``.
    """
    check_can_enter_absence(by, user)
    key = form_tokens.key(by.pk, form_token)
    with transaction.atomic():
        _lock_people(user, substitute)
        known = Absence.objects.filter(form_token=key).first()
        if known is not None:
            return known
        absence = Absence(user=user, substitute=substitute, begins_on=begins_on, ends_on=ends_on, entered_by=by)
        absence.form_token = key
        _check(absence)
        absence.save(force_insert=True)
    hand_over(absence)
    return absence


def change(*, absence: Absence, ends_on: date, by: User) -> None:
    """Give an absence another last day. Raises ``AbsenceRefused`` or ``PermissionDenied``."""
    check_can_enter_absence(by, absence.user)
    with transaction.atomic():
        _lock_people(absence.user, absence.substitute)
        locked = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
        if locked.ended_at is not None:
            raise AbsenceRefused("ends_on", _("This absence is over."))
        locked.ends_on = ends_on
        _check(locked)
        locked.save(update_fields=["ends_on"])
    absence.ends_on = ends_on


def end(*, absence: Absence, by: User) -> int:
    """End an absence now, or cancel it before it begins; returns how many cases are back. Raises ``PermissionDenied``."""
    check_can_enter_absence(by, absence.user)
    return _end(absence)


def hand_over_due() -> int:
    """Hand on the cases of everybody who is away from the next day on; returns how many were handed on."""
    coming = Absence.objects.not_over().filter(handed_over_at=None, ends_on__gte=team_today())
    return sum(hand_over(absence) for absence in coming.select_related("user", "substitute"))


def end_due() -> int:
    """End the absences whose last day is over; returns how many cases went back."""
    over = Absence.objects.not_over().filter(ends_on__lt=team_today())
    return sum(_end(absence) for absence in over.select_related("user", "substitute"))


def hands_over_at(absence: Absence) -> datetime:
    """Return when the cases go to the substitute: when the team closes on the last working day before the first day."""
    return last_close(datetime.combine(absence.begins_on, time.min, ZoneInfo(settings.TEAM_TIME_ZONE)))


def hand_over(absence: Absence) -> int:
    """Hand the current cases of who is away on to the substitute, if it is time; returns how many."""
    if timezone.now() < hands_over_at(absence) or not can_work_cases(absence.substitute):
        return 0
    number = 0
    while _hand_on_next(absence):
        number += 1
    return number


@transaction.atomic
def _hand_on_next(absence: Absence) -> bool:
    """Hand one case on; False when there is none any more, which the absence then notes."""
    locked = Absence.objects.select_for_update(of=("self",)).filter(pk=absence.pk, ended_at=None).first()
    if locked is None or locked.handed_over_at is not None:
        return False
    found = Case.objects.filter(CURRENT, owner=absence.user).order_by("pk").only("pk").first()
    if found is None:
        locked.handed_over_at = timezone.now()
        locked.save(update_fields=["handed_over_at"])
        if locked.cases.exists():
            outbox.add([effects.for_handed_over(locked)])
        return False
    case = clock.lock(found)
    if case.owner_id == absence.user_id:  # else a colleague was quicker
        case.owner = absence.substitute
        case.save(update_fields=["owner"])
        locked.cases.add(case)
        audit.record(case, EventKind.HANDED_OVER, by=ActorKind.SYSTEM, object_id=locked.pk)
    return True


def _end(absence: Absence) -> int:
    """Give back what the substitute still owns, and note that the absence is over; returns how many cases."""
    number = 0
    while (is_back := _give_next_back(absence)) is not None:
        number += is_back
    return number


@transaction.atomic
def _give_next_back(absence: Absence) -> bool | None:
    """Take one case out of an absence, and say whether it went back to its owner; None when there is none any more."""
    locked = Absence.objects.select_for_update(of=("self",)).filter(pk=absence.pk, ended_at=None).first()
    if locked is None:
        return None
    found = locked.cases.order_by("pk").only("pk").first()
    if found is None:
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
        return None
    case = clock.lock(found)
    locked.cases.remove(case)
    # What somebody else took meanwhile stays with them; what ended needs nobody.
    if case.owner_id != absence.substitute_id or not case.is_current or not can_work_cases(absence.user):
        return False
    case.owner = absence.user
    case.save(update_fields=["owner"])
    audit.record(case, EventKind.GIVEN_BACK, by=ActorKind.SYSTEM, object_id=locked.pk)
    return True


def _lock_people(*people: User) -> None:
    """Let absences of the same people be checked one after the other."""
    keys = [user.pk for user in people]
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk"))


def _check(absence: Absence) -> None:
    user, substitute, today = absence.user, absence.substitute, team_today()
    if absence.ends_on < absence.begins_on:
        raise AbsenceRefused("ends_on", _("The last day away is the first one or a later one."))
    if not today <= absence.ends_on <= today + LONGEST_AHEAD:
        raise AbsenceRefused("ends_on", _("Enter today or a day within a year as the last day away."))
    if user == substitute:
        raise AbsenceRefused("substitute", _("Select somebody else: nobody stands in for themselves."))
    if not can_work_cases(substitute):
        raise AbsenceRefused("substitute", _("Select somebody who works cases."))
    others = Absence.objects.not_over().exclude(pk=absence.pk).select_related("user", "substitute")
    others = others.filter(begins_on__lte=absence.ends_on, ends_on__gte=absence.begins_on)
    if (own := others.filter(user=user).first()) is not None:
        raise AbsenceRefused(
            "begins_on",
            _("%(name)s is away from %(first)s to %(last)s already: change that absence.") % _named(user, own),
        )
    if (theirs := others.filter(user=substitute).first()) is not None:
        raise AbsenceRefused(
            "substitute",
            _("%(name)s is away from %(first)s to %(last)s: select somebody else.") % _named(substitute, theirs),
        )
    if (represented := others.filter(substitute=user).first()) is not None:
        raise AbsenceRefused(
            "begins_on",
            _(
                "%(name)s stands in from %(first)s to %(last)s for %(other)s. End that absence, or enter it again with another substitute."
            )
            % {**_named(user, represented), "other": represented.user},
        )


def _named(user: User, absence: Absence) -> dict[str, object]:
    return {
        "name": user,
        "first": desk_formats.day(absence.begins_on),
        "last": desk_formats.day(absence.ends_on),
    }
