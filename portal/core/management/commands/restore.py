"""Restore a copy into an empty database and file store."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core.backups import age, restoring, verification
from portal.core.backups.databases import DatabaseProblem


class Command(BaseCommand):
    help = (
        "Fills an empty database and an empty file store from a copy that manage.py backup made, after every hash is "
        "checked. For before the first start."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("copy", type=Path)
        parser.add_argument("--identity", type=Path, help="the file with the private key of the copy")
        parser.add_argument(
            "--verify", action="store_true", help="afterwards open one value of each encrypted kind with the keys here"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        identity: Path | None = options["identity"]
        if identity is None and not settings.EMBEDDED:
            raise CommandError("Name the file with the private key: --identity FILE.")
        try:
            restoring.restore(options["copy"], age.identity(identity or age.embedded_key()), self.say)
        except (age.KeyProblem, age.Damaged, restoring.RestoreRefused, DatabaseProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        if options["verify"]:
            self.verify()

    def verify(self) -> None:
        """Say of each kind whether it opens; raises CommandError when one does not."""
        problems = 0
        for kind, is_there, problem in verification.verify():
            problems += bool(problem)
            self.say(f"{kind}: {problem or ('opens' if is_there else 'nothing there to open')}")
        if problems:
            raise CommandError("The copy is whole, but not everything opens with the keys of this environment.")
        self.say("Everything that is there opens with the keys of this environment.")

    def say(self, sentence: str) -> None:
        """Print one line at once."""
        self.stdout.write(sentence)
        self.stdout.flush()
