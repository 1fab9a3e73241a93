"""Permissions of the desk: ``check_can_x`` raises with a sentence, ``can_x`` answers."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.accounts.enums import Role
from portal.accounts.models import User

DESK = (Role.COORDINATOR, Role.LEAD)


def can_work_cases(user: User) -> bool:
    """Whether the user works cases at all."""
    return user.is_active and user.is_staff and user.has_role(*DESK)


def check_can_work_cases(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user works cases."""
    if not can_work_cases(user):
        raise PermissionDenied(_("Only coordinators work on cases."))


def can_approve_replies(user: User) -> bool:
    """Whether the user writes and approves the canned replies that everybody uses."""
    return user.is_active and user.is_staff and user.has_role(Role.EDITOR)


def check_can_approve_replies(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user approves the canned replies that everybody uses."""
    if not can_approve_replies(user):
        raise PermissionDenied(_("Only editors approve canned replies."))


def can_close_untranslated(user: User) -> bool:
    """Whether the user may close a case as treated before its discharge papers are translated."""
    return user.is_active and user.is_staff and user.has_role(Role.LEAD)


def can_continue_after_death(user: User) -> bool:
    """Whether the user may open a new case from one whose patient is recorded as dead, by mistake."""
    return can_close_untranslated(user)
