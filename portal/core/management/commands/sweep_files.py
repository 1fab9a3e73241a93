"""Find private files that no row names, and delete them where that is wanted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.storage import sweeping
from portal.core.storage.errors import StoreAway

TOLD_EVERY = 100


class Command(BaseCommand):
    help = (
        "Counts the private files of a day ago and more that no row of the database names; with --delete they are "
        "deleted for good. May run while the portal serves, not while a backup is restored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete them for good")
        parser.add_argument("--most", action="store_true", help="delete them even if they are most of the files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = sweeping.look()
            self.say(f"{counts.orphans} of {counts.files} files, with {counts.bytes:,} bytes, are named by no row.")
            if options["delete"] and counts.orphans:
                self._delete(counts, even_most=options["most"])
        except StoreAway as problem:
            raise CommandError(f"{problem} What was deleted is gone; run this again.") from problem

    def _delete(self, counts: sweeping.Counts, *, even_most: bool) -> None:
        # The database of another environment, or of an older copy, names other files.
        if 2 * counts.orphans > counts.files and not even_most:
            raise CommandError(
                "Most files are named by no row. Is this the database that belongs to this store? "
                "Nothing was deleted; --most deletes them all the same."
            )
        number = 0
        for number, _file in enumerate(sweeping.delete(), 1):
            if number % TOLD_EVERY == 0:
                self.say(f"{number} of {counts.orphans} files deleted")
        self.say(f"{number} files deleted.")

    def say(self, sentence: str) -> None:
        """Print one line at once."""
        self.stdout.write(sentence)
        self.stdout.flush()
