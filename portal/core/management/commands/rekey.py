"""Rotate the wrapping key: wrap everything under the first key of FIELD_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.encryption import rekeying
from portal.core.encryption.primitives import first_key_id, key_ring


class Command(BaseCommand):
    help = (
        "Wraps every key under the first one of FIELD_KEYS. May run while the portal serves, and be killed and "
        "started again. Says when an old key may be removed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say what needs which key; exit code 1 for an old one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            for step in rekeying.rekey():
                self.stdout.write(f"{step.model._meta.label}: {step.done} of {step.total}")
                self.stdout.flush()
        self.report()

    def report(self) -> None:
        """Say which keys are needed; raises CommandError while any but the first one is."""
        first, ring = first_key_id(), list(key_ring())
        old = set()
        for column, counts in rekeying.in_use().items():
            old |= set(counts) - {first}
            for name, count in sorted(counts.items()):
                lacks = "" if name in ring else ", which FIELD_KEYS does not hold"
                self.stdout.write(f"{column.model_label}.{column.name}: {count} under {name!r}{lacks}")
        if old & set(ring):
            raise CommandError(f"Still needed: {_listed(old)}. Run manage.py rekey.")
        if old:
            raise CommandError(
                f"Still needed, and not in FIELD_KEYS: {_listed(old)}. Put the keys back to the end of it."
            )
        self.stdout.write(f"Everything is under {first!r}.")
        if rest := [name for name in ring if name != first]:
            self.stdout.write(
                f"{_listed(rest)} may be taken out of FIELD_KEYS. Restart every process then, and keep the old key "
                "as long as a backup made before now."
            )


def _listed(names: Any) -> str:
    return ", ".join(repr(name) for name in sorted(names))
