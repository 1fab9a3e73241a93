"""Payments of a case, and the operator's rules about money. The portal records payments and moves no money."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conditions.models.prices import currency_code
from portal.core.encryption.fields import EncryptedTextField
from requests.enums import PaymentKind
from requests.models.cases import Case, OfCase
from requests.models.documents import Document
from requests.models.estimates import Estimate, EstimateLine
from requests.models.offers import Offer
from requests.models.referrals import AskedLine


class PaymentRecord(OfCase):
    """What was asked for, received, paid on or paid back, on which day; a wrong one is cancelled and stays.

    ``paper`` names the paper that says so (an invoice, a receipt), ``document`` is the paper itself where it is here.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="payments")
    estimate = models.ForeignKey(Estimate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=8, choices=PaymentKind)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, validators=[currency_code])
    on = models.DateField()
    paper = EncryptedTextField()
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = EncryptedTextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancel_reason = EncryptedTextField()

    class Meta(OfCase.Meta):
        verbose_name = _("payment record")
        verbose_name_plural = _("payments")
        ordering = ["on", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="payment_is_positive",
                violation_error_code="amount",
                violation_error_message="Enter an amount above 0.",
            )
        ]

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody found it wrong; it counts for nothing then."""
        return self.cancelled_at is not None


class MoneyRules(models.Model):
    """What the operator says about money, one row: how we are paid, deposit, refund; patients read it."""

    how_we_are_paid = models.TextField(
        _("how we are paid"), blank=True, help_text=_("Stands in every new estimate until somebody changes it there.")
    )
    deposit = models.TextField(_("deposit"), blank=True, help_text=_("When a deposit is asked for, and how much."))
    refund = models.TextField(
        _("refund"), blank=True, help_text=_("What is paid back, when, and within how many days.")
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rules about money")
        verbose_name_plural = _("rules about money")

    def __str__(self) -> str:
        return str(_("Rules about money"))


class PriceTakeover(models.Model):
    """A price of an estimate or an offer that an editor has looked at: taken over into the price list, or left.

    It names no person and no case; ``is_taken`` is false for one that the editor left.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    estimate_line = models.OneToOneField(
        EstimateLine, null=True, blank=True, on_delete=models.CASCADE, related_name="takeover"
    )
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.CASCADE, related_name="takeovers")
    asked_line = models.ForeignKey(AskedLine, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    is_taken = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("price from an estimate or an offer")
        verbose_name_plural = _("prices from estimates and offers")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "asked_line"],
                name="offered_price_taken_once",
                violation_error_code="asked_line",
                violation_error_message="This price was looked at already.",
            ),
            models.CheckConstraint(
                condition=models.Q(estimate_line__isnull=False, offer=None, asked_line=None)
                | models.Q(estimate_line=None, offer__isnull=False, asked_line__isnull=False),
                name="takeover_has_one_price",
                violation_error_code="estimate_line",
                violation_error_message="A price comes from an estimate or from an offer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.estimate_line_id or self.offer_id}"
