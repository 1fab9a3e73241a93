"""Make an encrypted copy of database and private files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from portal.core.backups import age, archive
from portal.core.backups.databases import DatabaseProblem
from portal.core.models import Attestation
from portal.core.monitoring import attestations
from portal.core.storage.folder import FolderStorage


class Command(BaseCommand):
    help = "Copies the database and the private files into one file, encrypted for a public key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, help="the folder; BACKUP_DIR unless given")
        parser.add_argument(
            "--recipient", action="append", default=[], help="a public key; BACKUP_RECIPIENT unless given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keys = age.recipients(options["recipient"])
            path = archive.write(options["to"], keys, self.say)
        except (age.KeyProblem, archive.Busy, DatabaseProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        if not isinstance(storages["private"], FolderStorage):
            self.say("The files in the bucket of S3_URL are not in this copy: their store keeps copies of them.")
        if options["to"] == settings.BACKUP_DIR:
            attestations.record_end(Attestation.Kind.BACKUP)
        self.stdout.write(str(path))

    def say(self, sentence: str) -> None:
        """Print one line of progress at once, apart from the name of the copy."""
        self.stderr.write(sentence, self.style.NOTICE)
        self.stderr.flush()
