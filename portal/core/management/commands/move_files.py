"""Move private files from the folder to the bucket of S3_URL."""

from argparse import ArgumentParser
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from portal.core.storage import moving
from portal.core.storage.errors import StoreAway
from portal.core.storage.folder import FolderStorage

TOLD_EVERY = 100


class Command(BaseCommand):
    help = (
        "Moves the private files of the folder to the bucket of S3_URL, each compared before it is removed from the "
        "folder. May run while the portal serves, and be killed and started again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what lies in the folder")

    def handle(self, *args: Any, **options: Any) -> None:
        if isinstance(storages["private"], FolderStorage):
            raise CommandError("S3_URL is not set: private files stay in the folder.")
        waiting = moving.in_folder()
        if options["dry_run"]:
            size = sum(path.stat().st_size for path in waiting)
            self.say(f"{len(waiting)} files with {size:,} bytes lie in the folder.")
            return
        try:
            for number, _path in enumerate(moving.move(), 1):
                if number % TOLD_EVERY == 0:
                    self.say(f"{number} of {len(waiting)} files moved")
        except (moving.Busy, moving.Differs, StoreAway) as problem:
            raise CommandError(f"{problem} What was moved stays moved; run this again.") from problem
        self.say(f"{len(waiting)} files moved, {len(moving.in_folder())} lie in the folder.")

    def say(self, sentence: str) -> None:
        """Print one line at once."""
        self.stdout.write(sentence)
        self.stdout.flush()
