"""Rotate LOOKUP_KEY: compute every keyed hash anew under its first key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.encryption import rehashing
from portal.core.encryption.primitives import DecryptionError, lookup_keys


class Command(BaseCommand):
    help = (
        "Computes the hashes that find names, e-mail addresses and phone numbers under the first key of LOOKUP_KEY. May "
        "run while the portal serves, and be killed and started again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say how many are old; exit code 1 if any is")

    def handle(self, *args: Any, **options: Any) -> None:
        old: dict[str, int] = {}
        try:
            for step in rehashing.rehash(write=not options["check"]):
                old[step.model._meta.label] = step.old
                self.stdout.write(f"{step.model._meta.label}: {step.done} of {step.total}, {step.old} under an old key")
                self.stdout.flush()
        except DecryptionError as error:
            raise CommandError(f"{error} Put the key back into FIELD_KEYS and run this again.") from error
        if options["check"] and any(old.values()):
            raise CommandError("Run manage.py rehash.")
        self.stdout.write("Every name, address and number is found by the first key.")
        if len(lookup_keys()) > 1:
            self.stdout.write(
                "The other one may be taken out of LOOKUP_KEY a day after the first one came to the front: networks "
                "are not stored and cannot be hashed anew, and they are compared for a day."
            )
