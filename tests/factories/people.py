"""Staff for tests."""

from typing import Any

from django.contrib.auth.models import Group

from portal.accounts.enums import Role
from portal.accounts.models import User

PASSWORD = "correct horse battery staple"


def make_staff(*roles: Role, email: str = "", **fields: Any) -> User:
    """Return an active member of staff with roles."""
    address = email or f"{'-'.join(roles) or 'staff'}{User.objects.count()}@example.org"
    user = User.objects.create_user(address, PASSWORD, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user
