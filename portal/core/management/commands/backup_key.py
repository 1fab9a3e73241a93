"""Make a pair of keys for backups."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.core.backups import age


class Command(BaseCommand):
    help = "Prints a new private key for backups, as age-keygen does: manage.py backup_key > backup.key"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        identity = age.new_identity()
        self.stdout.write(f"# public key: {identity.to_public()}\n{identity}")
        self.stderr.write(f"BACKUP_RECIPIENT={identity.to_public()}", self.style.NOTICE)
