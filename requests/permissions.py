"""Permissions of the desk: ``check_can_x`` raises with a sentence, ``can_x`` answers."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.models import Case

DESK = (Role.COORDINATOR, Role.LEAD)


def can_work_cases(user: User) -> bool:
    """Whether the user works cases at all."""
    return user.is_active and user.is_staff and user.has_role(*DESK)


def check_can_work_cases(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user works cases."""
    if not can_work_cases(user):
        raise PermissionDenied(_("Only coordinators work on cases."))


def can_review_cases(user: User) -> bool:
    """Whether the user reads the medical part of cases that are shared with them."""
    return user.is_active and user.is_staff and user.has_role(Role.CASE_REVIEWER)


def check_can_review_cases(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user reads the medical part of cases that are shared with them."""
    if not can_review_cases(user):
        raise PermissionDenied(_("Only case reviewers read what is shared for review."))


def can_read_passport(user: User, case: Case) -> bool:
    """Whether the user reads the passport answers of a case: its owners and the leads do."""
    return can_work_cases(user) and (user.pk in (case.owner_id, case.second_owner_id) or user.has_role(Role.LEAD))


def check_can_read_passport(user: User, case: Case) -> None:
    """Raise ``PermissionDenied`` unless the user reads the passport answers of a case."""
    if not can_read_passport(user, case):
        raise PermissionDenied(_("Only the owners of the case and the leads read the passport details."))


def can_hold_cases(user: User) -> bool:
    """Whether the user may set and lift a legal hold."""
    return user.is_active and user.is_staff and user.has_role(Role.LEAD, Role.ADMINISTRATOR)


def check_can_hold_cases(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user may set and lift a legal hold."""
    if not can_hold_cases(user):
        raise PermissionDenied(_("Only leads and administrators set and lift a legal hold."))


def can_break_glass(user: User) -> bool:
    """Whether the user may open a case in an emergency, for a reason that is kept."""
    return user.is_active and user.is_staff and user.has_role(Role.ADMINISTRATOR)


def check_can_break_glass(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user may open a case in an emergency."""
    if not can_break_glass(user):
        raise PermissionDenied(_("Only administrators open a case in an emergency."))


def can_approve_replies(user: User) -> bool:
    """Whether the user writes and approves the canned replies that everybody uses."""
    return user.is_active and user.is_staff and user.has_role(Role.EDITOR)


def check_can_approve_replies(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user approves the canned replies that everybody uses."""
    if not can_approve_replies(user):
        raise PermissionDenied(_("Only editors approve canned replies."))


def can_take_over_prices(user: User) -> bool:
    """Whether the user takes over prices of estimates and offers into the price lists."""
    return user.is_active and user.is_staff and user.has_role(Role.EDITOR)


def check_can_take_over_prices(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user takes over prices of estimates and offers."""
    if not can_take_over_prices(user):
        raise PermissionDenied(_("Only editors take over prices."))


def can_record_payments(user: User) -> bool:
    """Whether the user records payments and cancels wrong records."""
    return user.is_active and user.is_staff and user.has_role(Role.FINANCE)


def check_can_record_payments(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user records payments."""
    if not can_record_payments(user):
        raise PermissionDenied(_("Only finance records payments."))


def can_enter_absence(user: User, of: User) -> bool:
    """Whether the user says when a colleague is away: each for themselves, a lead for everybody."""
    return can_work_cases(user) and (user.pk == of.pk or user.has_role(Role.LEAD))


def check_can_enter_absence(user: User, of: User) -> None:
    """Raise ``PermissionDenied`` unless the user says when that colleague is away."""
    check_can_work_cases(user)
    if not can_enter_absence(user, of):
        raise PermissionDenied(_("Only a lead says when somebody else is away."))


def can_close_untranslated(user: User) -> bool:
    """Whether the user may close a case as treated before its discharge papers are translated."""
    return user.is_active and user.is_staff and user.has_role(Role.LEAD)


def can_move_without_needs(user: User) -> bool:
    """Whether the user may move a case whose facts are missing, with a reason."""
    return can_close_untranslated(user)


def can_see_outcomes(user: User) -> bool:
    """Whether the user sees the figures of how cases ended."""
    return user.is_active and user.is_staff and user.has_role(Role.LEAD)


def check_can_see_outcomes(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user sees the figures of how cases ended."""
    if not can_see_outcomes(user):
        raise PermissionDenied(_("Only leads see how cases ended."))


def can_see_who_saw(user: User) -> bool:
    """Whether the user reads the report of who saw what."""
    return user.is_active and user.is_staff and user.has_role(Role.LEAD, Role.ADMINISTRATOR)


def check_can_see_who_saw(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user reads the report of who saw what."""
    if not can_see_who_saw(user):
        raise PermissionDenied(pgettext("desk", "Only leads and administrators see who saw what."))


def can_continue_after_death(user: User) -> bool:
    """Whether the user may open a new case from one whose patient is recorded as dead, by mistake."""
    return can_close_untranslated(user)
