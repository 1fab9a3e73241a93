"""Make a pair of keys for backups."""

from typing import Any

from django.core.management.base import BaseCommand
from pyrage.x25519 import Identity


class Command(BaseCommand):
    help = "Prints a new private key for backups, as age-keygen does: manage.py backup_key > backup.key"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        identity = Identity.generate()
        self.stdout.write(f"# public key: {identity.to_public()}\n{identity}")
        self.stderr.write(f"BACKUP_RECIPIENT={identity.to_public()}", self.style.NOTICE)
