"""``manage.py create_sample_coordinator``: somebody to explore the desk with."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.keyfile import read_or_create

EMAIL = "coordinator@marus.example"
NAME = "Sample coordinator"
ROLES = (Role.COORDINATOR, Role.EDITOR)


class Command(BaseCommand):
    help = "Make a sample coordinator with a random password, in the embedded default only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "A sample coordinator is made in the embedded default only. Make real accounts in the admin."
            )
        path = settings.VAR_DIR / "sample-coordinator"
        # A file that a full disk cut off is made anew: its last line would be a password that everybody knows, or none.
        if path.is_file() and len(path.read_text().strip().splitlines()) != 2:
            path.unlink()
        _email, password = read_or_create(path, lambda: f"{EMAIL}\n{secrets.token_urlsafe(16)}\n").splitlines()
        make(password)
        self.stdout.write(f"Sample coordinator: {EMAIL}\nPassword: {password}")


@transaction.atomic
def make(password: str) -> User:
    """Make the coordinator, or give the one that is there this password and these roles."""
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, password, name=NAME)
    if not user.check_password(password):
        user.set_password(password)
    user.is_staff, user.is_superuser, user.is_active = True, False, True
    user.save()
    user.groups.set(Group.objects.filter(name__in=ROLES))
    return user
