"""Seal text that the release before stored readable."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.encryption import sealing
from portal.core.encryption.primitives import DecryptionError


class Command(BaseCommand):
    help = "Encrypts what the release before stored readable. May run while the portal serves, and be killed and started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say what is readable; exit code 1 if anything is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            left = sealing.unsealed()
            for model, count in left.items():
                self.stdout.write(f"{count} {model._meta.verbose_name_plural} are readable.")
            if left:
                raise CommandError("Run manage.py seal.")
        try:
            for step in sealing.seal():
                self.stdout.write(f"{step.done} of {step.total} {step.model._meta.verbose_name_plural} sealed")
                self.stdout.flush()
        except DecryptionError as error:
            raise CommandError(f"{error} What was sealed stays sealed; run this again with the key.") from error
        self.stdout.write("Nothing is readable.")
