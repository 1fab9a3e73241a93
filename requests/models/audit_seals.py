"""Seals of the audit log: what each day (UTC) held, chained; late rows, removed days, and when all was verified."""

from django.db import models
from django.utils import timezone

from requests.models.audit import AppendOnly


class AuditSeal(AppendOnly):
    """The hash of a day's audit rows and of the seal of the day before; stays when retention removes the rows.

    What is hashed, and how, says ``services.audit_hashes``. The first seal has 64 zeros as the one before.
    """

    day = models.DateField("day (UTC)", primary_key=True)
    rows = models.PositiveBigIntegerField()
    rows_hash = models.CharField("SHA-256 of the rows", max_length=64)
    previous_hash = models.CharField("hash of the seal before", max_length=64)
    hash = models.CharField("SHA-256 of the seal", max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"Seal of {self.day}"


class LateAuditRow(AppendOnly):
    """That an audit row came after its day was sealed; a trigger writes it, by the clock of the database.

    A late row is sealed with the day on which it came.
    """

    row_id = models.UUIDField(primary_key=True)
    table_name = models.CharField(max_length=40)
    at = models.DateTimeField("came at", db_index=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"Late row {self.row_id}"


class AuditRemoval(AppendOnly):
    """That the rows of a sealed day were removed because their time was over."""

    seal = models.OneToOneField(AuditSeal, primary_key=True, on_delete=models.PROTECT, related_name="removal")
    rows = models.PositiveBigIntegerField()
    removed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Removal of {self.seal_id}"


class AuditCheck(AppendOnly):
    """A verification of all seals: when, and how many faults it found."""

    at = models.DateTimeField(default=timezone.now)
    faults = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"Check of {self.at:%Y-%m-%d %H:%M}"
