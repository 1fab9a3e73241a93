"""What clinics are asked about a case and what they answer."""

from django.conf import settings
from django.db import models

from clinics.models import Clinic
from conditions.models import Procedure
from conditions.models.prices import currency_code
from portal.core.fields import EncryptedTextField
from requests.models.cases import Case, OfCase


class Brief(OfCase):
    """The de-identified summary of a case for clinics."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="briefs")
    body = EncryptedTextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class Offer(OfCase):
    """What one clinic answers for a case; amounts are in ``currency``."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="offers")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="offers")
    currency = models.CharField(max_length=3, default="USD", validators=[currency_code])
    valid_until = models.DateField(null=True, blank=True)
    comment = EncryptedTextField()


class OfferLine(models.Model):
    """One procedure of an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="lines")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)
    amount_from = models.DecimalField(max_digits=12, decimal_places=2)
    amount_to = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, amount_from__gte=0)
                & (models.Q(amount_to=None) | models.Q(amount_to__gte=models.F("amount_from"))),
                name="offer_line_amounts_in_order",
                violation_error_code="amount_to",
                violation_error_message="Enter an upper amount that is not below the lower one, or leave it empty.",
            )
        ]

    def __str__(self) -> str:
        return f"Line {self.pk}"
