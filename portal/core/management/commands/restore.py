"""Restore a copy into an empty database and file store."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.core.backups import age, erasures, restoring, verification
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
            "--erasures", type=Path, help="the list of what was erased; ERASURES_FILE unless given, if that is there"
        )
        parser.add_argument(
            "--no-erasures", action="store_true", help="go on without a list: what was erased since the copy comes back"
        )
        parser.add_argument(
            "--verify", action="store_true", help="afterwards open one value of each encrypted kind with the keys here"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        identity: Path | None = options["identity"]
        if identity is None and not settings.EMBEDDED:
            raise CommandError("Name the file with the private key: --identity FILE.")
        listed: Path | None = options["erasures"]
        if listed is not None and options["no_erasures"]:
            raise CommandError("Name a list of erasures or say --no-erasures, not both. Nothing was changed.")
        # The embedded default is for trying out: it comes back into a new folder, which has no list.
        is_needed = listed is not None or not (settings.EMBEDDED or options["no_erasures"])
        listed = listed or erasures.path()
        if is_needed and not listed.is_file():
            raise CommandError(
                f"There is no list of erasures at {listed}, so whatever was erased since this copy was made would come "
                "back. Nothing was changed. Name the list: --erasures FILE. If nothing was ever erased, or the list is "
                "lost: --no-erasures."
            )
        try:
            restoring.restore(options["copy"], age.identity(identity or age.embedded_key()), self.say)
        except (age.KeyProblem, age.Damaged, restoring.RestoreRefused, DatabaseProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        if not options["no_erasures"]:
            self.erase_again(listed)
        if options["verify"]:
            self.verify()

    def erase_again(self, listed: Path) -> None:
        """Erase what was erased after the copy was made; says so when there is no list, raises CommandError when it fails."""
        if not listed.is_file():
            self.say(f"WARNING: no list of erasures at {listed}. What was erased after this copy was made is back.")
            return
        try:
            number = erasures.replay(listed)
        except (erasures.DamagedList, OSError) as problem:
            raise CommandError(
                f"Restored, but nothing may start yet: the erasures are not replayed. {problem}"
            ) from problem
        self.say(f"Erased again: {number} cases that were erased after the copy was made")

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
