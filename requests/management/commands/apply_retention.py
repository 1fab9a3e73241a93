"""Do by hand what the night does by the rules of retention, or count what is due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests.models import RetentionRule
from requests.services import retention


class Command(BaseCommand):
    help = (
        "Does what is due by each rule of retention that is on; what was killed is gone on with. With --dry-run it "
        "counts, rules that are off among them, and changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what is due, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for rule in RetentionRule.objects.all():
                counted = retention.due(rule)
                off = "" if rule.is_on else " (the rule is off)"
                self.stdout.write(
                    f"{rule.kind}, {rule.days} days: {counted.number} due, {counted.held} held by a legal hold{off}"
                )
            return
        runs = retention.apply()
        for run in runs:
            self.stdout.write(f"{run.kind}: {run.done} gone, {run.held} held, {run.errors} errors")
        if any(run.has_failed for run in runs):
            raise CommandError("Not everything is done: see the log.")
