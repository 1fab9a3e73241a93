"""Record the texts of consents of which the release before kept only a hash."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests.services import consent_texts


class Command(BaseCommand):
    help = "Puts the words of consents on record. May run while the portal serves, and be killed and started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say how many have no words; exit code 1 if any has none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            for step in consent_texts.record_missing():
                self.stdout.write(f"{step.done} of {step.total} consents have their words")
                self.stdout.flush()
        left = consent_texts.without_text().count()
        if left and options["check"]:
            raise CommandError(f"{left} consents have no words on record. Run manage.py record_consents.")
        self.stdout.write(
            f"{left} consents were given under another OPERATOR_NAME: run this once more with that name."
            if left
            else "Every consent has its words on record."
        )
