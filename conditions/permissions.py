"""Permissions to publish and to review: ``check_can_x`` raises with a sentence, ``can_x`` answers."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from conditions.models import Reviewer
from portal.accounts.enums import Role
from portal.accounts.models import User


def can_publish(user: User) -> bool:
    """Whether the user may publish and withdraw condition pages."""
    return user.is_active and user.is_staff and user.has_role(Role.EDITOR)


def check_can_publish(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user may publish and withdraw condition pages."""
    if not can_publish(user):
        raise PermissionDenied(_("Only editors publish and withdraw pages."))


def can_review(user: User) -> bool:
    """Whether the user may put their name on an edition as the doctor who read it."""
    # Nobody reviews without the row: it says that proof was seen (docs/decisions/0018).
    has_role = user.is_active and user.is_staff and user.has_role(Role.REVIEWER)
    return has_role and Reviewer.objects.filter(user=user).exists()


def check_can_review(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user may put their name on an edition as the doctor who read it."""
    if not can_review(user):
        raise PermissionDenied(_("Only medical reviewers whose name and credential are known review pages."))
