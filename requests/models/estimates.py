"""Estimates: lines frozen at issue; an issued one never changes, a new one supersedes it.

Money is a Decimal in the currency of the estimate.
"""

import uuid
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conditions.models import Procedure
from conditions.models.prices import currency_code
from portal.core.encryption.fields import EncryptedTextField
from portal.core.localisation.money import Amount, rounded, totals
from portal.core.worktime import team_today
from requests.enums import EstimateKind, LineKind, PriceOrigin
from requests.models.cases import Case
from requests.models.submissions import Submission

# What may happen to an issued estimate: it is printed, and a newer one takes its place.
CHANGEABLE = frozenset({"superseded_at", "pdf_name", "pdf_sha256"})


class Estimate(models.Model):
    """What treatment is likely to cost. A preliminary one has version 0 and is not an offer.

    A supplement adds to the estimate that stands instead of replacing it; ``reason`` says why.

    With ``has_total`` false the lines are alternatives, and no sum is printed. Amounts carry the
    currency of their line; there is one total for each currency. Words of a coordinator, those of
    the lines, and the PDF are encrypted under the key of the case; ``pdf_sha256`` is the hash of
    the plain bytes of the PDF. The columns named ``plain_…`` hold the words of estimates that were
    issued before this, until ``manage.py seal`` has run.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="estimates")
    submission = models.ForeignKey(Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=EstimateKind)
    version = models.PositiveSmallIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=10)
    has_total = models.BooleanField(_("has total"), default=True)
    condition_name = models.CharField(max_length=120, blank=True)
    condition_name_ru = models.CharField(max_length=120, blank=True)
    clinic_name = models.CharField(max_length=150, blank=True)
    clinic_name_ru = models.CharField(max_length=150, blank=True)
    package_name = models.CharField(max_length=60, blank=True)
    package_name_ru = models.CharField(max_length=60, blank=True)
    included = EncryptedTextField(_("included"), db_column="sealed_included", plain="plain_included")
    excluded = EncryptedTextField(_("excluded"), db_column="sealed_excluded", plain="plain_excluded")
    how_we_are_paid = EncryptedTextField(
        _("how we are paid"), db_column="sealed_how_we_are_paid", plain="plain_how_we_are_paid"
    )
    reason = EncryptedTextField(_("reason"))
    # As it was known on the day of issue; empty where nobody had said it, and in older estimates.
    patient_name = EncryptedTextField(_("patient’s name"), db_default=b"")
    plain_included = models.TextField(db_column="included", blank=True, editable=False)
    plain_excluded = models.TextField(db_column="excluded", blank=True, editable=False)
    plain_how_we_are_paid = models.TextField(db_column="how_we_are_paid", blank=True, editable=False)
    valid_until = models.DateField(_("valid until"))
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("issued by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)
    pdf_name = models.CharField(max_length=40, blank=True)
    pdf_sha256 = models.CharField(_("pdf sha256"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        ordering = ["-version", "-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "version"],
                condition=models.Q(superseded_at=None),
                name="one_standing_version",
                violation_error_code="version",
                violation_error_message="Another estimate with this version stands already.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="preliminary", version=0)
                | models.Q(kind__in=["final", "supplement"], version__gte=1),
                name="version_0_is_preliminary",
                violation_error_code="version",
                violation_error_message="The preliminary estimate has version 0, every other one a higher version.",
            ),
        ]

    def __str__(self) -> str:
        return _("Estimate %(version)s") % {"version": self.version}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse with ``TypeError`` to change what was issued."""
        if not self._state.adding and not set(kwargs.get("update_fields") or ("everything",)) <= CHANGEABLE:
            raise TypeError("An issued estimate never changes; a new version supersedes it.")
        super().save(*args, **kwargs)

    def data_key(self) -> bytes:
        """Return the key of the case; raises ``DecryptionError``."""
        return self.case.data_key()

    @property
    def is_supplement(self) -> bool:
        """Whether this adds to another estimate."""
        return self.kind == EstimateKind.SUPPLEMENT

    @property
    def is_preliminary(self) -> bool:
        """Whether this is the automatic estimate, which is not an offer."""
        return self.kind == EstimateKind.PRELIMINARY

    @property
    def issued_on(self) -> date:
        """The day of issue in the time of the team, as it is printed."""
        return self.issued_at.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)).date()

    @property
    def is_accepted(self) -> bool:
        """Whether the patient said yes to it."""
        return any(decision.is_acceptance for decision in self.decisions.all())

    @property
    def has_expired(self) -> bool:
        """Whether its last day is over for the team."""
        return self.valid_until < team_today()

    def totals(self) -> list[Amount]:
        """Return one total for each currency of the lines that have a price, in their order; discounts are taken off."""
        return totals(line.charge for line in self.lines.all())

    def lines_by_kind(self) -> list["EstimateLine"]:
        """Return the lines as they are read: treatment, support package, service fee, discount."""
        kinds = list(LineKind)
        return sorted(self.lines.all(), key=lambda line: kinds.index(LineKind(line.kind)))

    @property
    def prices_the_package(self) -> bool:
        """Whether a line says what the support package costs."""
        return any(line.kind == LineKind.PACKAGE for line in self.lines.all())

    def misses_a_price(self) -> bool:
        """Whether a line has no price, so that the total leaves it out."""
        return any(line.amount_from is None for line in self.lines.all())


class EstimateLine(models.Model):
    """One line: a copy of what the price list said, in the patient's language and in Russian."""

    estimate = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="lines")
    name = EncryptedTextField(_("name"), db_column="sealed_name", plain="plain_name")
    name_ru = EncryptedTextField(db_column="sealed_name_ru", plain="plain_name_ru")
    unit = EncryptedTextField(db_column="sealed_unit", plain="plain_unit")
    unit_ru = EncryptedTextField(db_column="sealed_unit_ru", plain="plain_unit_ru")
    included = EncryptedTextField(db_column="sealed_included", plain="plain_included")
    excluded = EncryptedTextField(db_column="sealed_excluded", plain="plain_excluded")
    plain_name = models.CharField(db_column="name", max_length=150, blank=True, editable=False)
    plain_name_ru = models.CharField(db_column="name_ru", max_length=150, blank=True, editable=False)
    plain_unit = models.CharField(db_column="unit", max_length=60, blank=True, editable=False)
    plain_unit_ru = models.CharField(db_column="unit_ru", max_length=60, blank=True, editable=False)
    plain_included = models.TextField(db_column="included", blank=True, editable=False)
    plain_excluded = models.TextField(db_column="excluded", blank=True, editable=False)
    # A discount is stored as what is taken off: one amount above 0, in amount_from.
    kind = models.CharField(
        _("kind"), max_length=10, choices=LineKind, default=LineKind.TREATMENT, db_default=LineKind.TREATMENT
    )
    # What was priced; nothing for a line by hand, and in estimates of the releases before.
    procedure = models.ForeignKey(Procedure, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    amount_from = models.DecimalField(_("amount from"), max_digits=12, decimal_places=2, null=True, blank=True)
    amount_to = models.DecimalField(_("amount to"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, validators=[currency_code])
    origin = models.CharField(_("origin"), max_length=12, choices=PriceOrigin)
    checked_on = models.DateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("estimate line")
        verbose_name_plural = _("estimate lines")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1)
                & (
                    models.Q(amount_from=None, amount_to=None)
                    | models.Q(amount_from__gte=0, amount_to=None)
                    | models.Q(amount_from__gte=0, amount_to__gte=models.F("amount_from"))
                ),
                name="estimate_line_amounts_in_order",
                violation_error_code="amount_to",
                violation_error_message="Enter an upper amount that is not below the lower one, or leave it empty.",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=LineKind.DISCOUNT)
                | models.Q(amount_from__isnull=False, amount_from__gt=0, amount_to=None)
                | models.Q(amount_from__isnull=False, amount_from__gt=0, amount_to=models.F("amount_from")),
                name="discount_is_one_amount",
                violation_error_code="amount_from",
                violation_error_message="Enter how much is taken off, above 0.",
            ),
        ]

    def __str__(self) -> str:
        return _("Line %(number)s") % {"number": self.order + 1}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse with ``TypeError`` to change what was issued."""
        if not self._state.adding:
            raise TypeError("The lines of an issued estimate never change; a new version supersedes it.")
        super().save(*args, **kwargs)

    def data_key(self) -> bytes:
        """Return the key of the case; raises ``DecryptionError``."""
        return self.estimate.data_key()

    @property
    def sealed_row(self) -> str:
        """The name of the row that its words are encrypted for: its place in the estimate, which never changes."""
        return f"{self.estimate_id}-{self.order}"

    @property
    def is_treatment(self) -> bool:
        """Whether it is treatment, not one of our own lines."""
        return self.kind == LineKind.TREATMENT

    @property
    def is_discount(self) -> bool:
        """Whether it is taken off."""
        return self.kind == LineKind.DISCOUNT

    @property
    def amount(self) -> Amount:
        """Quantity times the price, rounded, so that a total is the sum of what its lines print."""
        high = self.amount_from if self.is_discount else self.amount_to
        low, high = (None if value is None else self.quantity * value for value in (self.amount_from, high))
        return rounded(Amount(low, high, self.currency))

    @property
    def charge(self) -> Amount:
        """What it adds to the total: its amount, below 0 for a discount."""
        low, _high, currency = self.amount
        if not self.is_discount or low is None:
            return self.amount
        return Amount(-low, -low, currency)
