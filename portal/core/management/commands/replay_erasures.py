"""Erase again what the list of erasures names: after a recovery that is no `restore`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.backups import erasures


class Command(BaseCommand):
    help = "Erases again what was erased before a recovery to a moment. What is erased already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--erasures", type=Path, help="the list; ERASURES_FILE unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = erasures.replay(options["erasures"] or erasures.path())
        except (erasures.DamagedList, OSError) as problem:
            raise CommandError(f"The erasures are not replayed. {problem}") from problem
        self.stdout.write(f"Erased again: {number} cases")
