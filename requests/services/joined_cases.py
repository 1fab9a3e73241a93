"""Cases in a patient's account: she takes them in and out herself."""

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from portal.accounts.models import User
from portal.accounts.services import patients
from requests.enums import ActorKind, EventKind, Outcome, Status
from requests.models import Case
from requests.services import audit, clock


class NotJoinable(Exception):
    """There is no such case that could be taken into this account: nobody learns why."""


def of_address(email: str) -> models.QuerySet[Case]:
    """Return the cases of an address that a link could be mailed for now."""
    # No link leaves for the others either: somebody else may have typed the address of a case in quarantine.
    mine = Case.objects.filter(email_hash=email, is_quarantined=False)
    return mine.exclude(outcome=Outcome.DIED).exclude(status=Status.SPAM)


@patients.gives_account
def is_known(email: str) -> bool:
    """Whether an address has a case, so that its reader may have an account."""
    return of_address(email).exists()


def joinable(*, user: User, confirmed: str) -> models.QuerySet[Case]:
    """Return the cases of the address ``confirmed`` that are in no account, for a patient who just proved to read it."""
    if user.is_staff or not confirmed or confirmed.casefold() != user.email.casefold():
        return Case.objects.none()
    return of_address(confirmed).filter(account=None)


@transaction.atomic
def join(*, reference: str, user: User, confirmed: str) -> Case:
    """Take a case into an account. ``confirmed`` is the address that a code of this hour proved.

    Raises ``PermissionDenied`` for staff and ``NotJoinable`` for a case of another address, or of another account.
    """
    if user.is_staff:
        raise PermissionDenied
    case = joinable(user=user, confirmed=confirmed).filter(reference=reference).first()
    if case is None:
        raise NotJoinable
    locked = clock.lock(case)
    # A correction of the address may have come between.
    if locked.account_id is None and of_address(confirmed).filter(pk=locked.pk).exists():
        locked.account = user
        locked.save(update_fields=["account"])
        audit.record(locked, EventKind.JOINED_ACCOUNT, by=ActorKind.PATIENT)
        return locked
    raise NotJoinable


@transaction.atomic
def take_out(*, case: Case, user: User) -> None:
    """Take a case out of the account that it is in; it stays as it is, and its link goes on opening it."""
    locked = clock.lock(case)
    if locked.account_id == user.pk:
        leave_account(locked, by=ActorKind.PATIENT)


def leave_account(locked: Case, *, by: audit.Actor) -> None:
    """Take a locked case out of whatever account it is in."""
    if locked.account_id is not None:
        locked.account = None
        locked.save(update_fields=["account"])
        audit.record(locked, EventKind.LEFT_ACCOUNT, by=by)
