"""Verify the seals of the audit log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests.models import AuditSeal
from requests.services import audit_seals


class Command(BaseCommand):
    help = (
        "Computes the hashes of all sealed days that still have their rows, and the chain of seals. Names each fault "
        "with its day (UTC) and ends with 1; rows that came after the seal of their day are told, and are no fault."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = audit_seals.check()
        for fault in faults:
            self.stdout.write(str(fault))
        for day, number in audit_seals.late_rows():
            self.stdout.write(f"{day}: {number} rows came for days that were sealed: a clock behind, or data put back.")
        if faults:
            raise CommandError(f"{len(faults)} faults. See “The audit log” in docs/operations.md.")
        newest = AuditSeal.objects.last()
        self.stdout.write(
            f"{AuditSeal.objects.count()} seals are right. The newest is of {newest.day}: {newest.hash}. "
            "It stands in the log of that night as well."
            if newest
            else "Nothing is sealed yet."
        )
