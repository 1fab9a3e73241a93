"""``manage.py create_sample_coordinator``: somebody to explore the desk with."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts.enums import Role
from portal.accounts.models import User

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
        password = kept_password(settings.VAR_DIR / "sample-coordinator")
        make(password)
        self.stdout.write(f"Sample coordinator: {EMAIL}\nPassword: {password}")


def kept_password(path: Path) -> str:
    """Return the password kept in a file that only its owner reads; made when it is not there."""
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) == 2 and lines[1]:
            return lines[1]
    password = secrets.token_urlsafe(16)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{EMAIL}\n{password}\n")
    draft.rename(path)
    return password


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
