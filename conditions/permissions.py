"""Who may publish: ``check_can_x`` raises with a sentence, ``can_x`` answers."""

from django.core.exceptions import PermissionDenied

from portal.accounts.enums import Role
from portal.accounts.models import User


def can_publish(user: User) -> bool:
    """Whether the user may publish and withdraw condition pages."""
    return user.is_active and user.is_staff and (user.is_superuser or user.has_role(Role.EDITOR))


def check_can_publish(user: User) -> None:
    """Raise ``PermissionDenied`` unless the user may publish and withdraw condition pages."""
    if not can_publish(user):
        raise PermissionDenied("Only editors publish and withdraw pages.")
