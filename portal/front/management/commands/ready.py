"""Say whether the portal is ready to open for patients, and what is missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.front.opening import facts, report
from portal.front.opening.results import State


class Command(BaseCommand):
    help = "Lists what has to be there before the portal opens; exit code 1 while something is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = report.groups(facts.read())
        for title, lines in shown:
            self.stdout.write(f"\n{title}")
            for line in lines:
                self._write(line)
        number = report.count_missing(shown)
        if number:
            raise CommandError(f"Missing: {number}. See “Before you open” in docs/operations.md.")
        self.stdout.write("\nNothing is missing.")

    def _write(self, line: report.Line) -> None:
        state = State(line.result.state)
        known = f" ({line.result.known})" if line.result.known else ""
        self.stdout.write(f"  {state.label}: {line.item.title}{known}")
        if line.result.todo:
            self.stdout.write(f"      {line.result.todo} (docs/operations.md, “{line.item.section}”)")
