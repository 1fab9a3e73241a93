"""Contacts of clinics, and what a clinic pays us."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.models.clinics import Clinic


class ClinicContact(models.Model):
    """Somebody at a clinic whom we write to; ``refused_at`` is when their server last refused a mail of ours."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(
        _("role"), max_length=120, blank=True, help_text=_("For instance: international department.")
    )
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="ru")
    may_receive_briefs = models.BooleanField(_("may receive briefs"), default=False)
    may_confirm_facts = models.BooleanField(_("may confirm facts"), default=False)
    is_active = models.BooleanField(
        _("works there"), default=True, help_text=_("Untick it when they leave: their links end.")
    )
    refused_at = models.DateTimeField(_("address refused"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("contact of a clinic")
        verbose_name_plural = _("contacts of clinics")
        ordering = ["clinic", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "clinic",
                models.functions.Lower("email"),
                name="one_contact_of_an_address",
                violation_error_code="email",
                violation_error_message=_("This clinic has a contact with this address already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})" if self.role else self.name

    @property
    def can_get_briefs(self) -> bool:
        """Whether a brief may be sent to them now."""
        return self.is_active and self.may_receive_briefs and self.refused_at is None


class ClinicCommission(models.Model):
    """What a clinic pays us from a day on, in percent of its bill; finance alone reads it, no list is sorted by it."""

    clinic = models.ForeignKey(Clinic, verbose_name=_("clinic"), on_delete=models.PROTECT, related_name="commissions")
    percent = models.DecimalField(
        _("percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MaxValueValidator(100, _("Enter a share between 0 and 100 percent."))],
    )
    terms = models.CharField(_("terms"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("commission of a clinic")
        verbose_name_plural = _("commissions of clinics")
        ordering = ["clinic", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "valid_from"],
                name="one_commission_of_a_day",
                violation_error_code="valid_from",
                violation_error_message=_("This clinic has a commission from this day on already. Change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(percent=None) | models.Q(percent__gte=0, percent__lte=100),
                name="commission_is_a_share",
                violation_error_code="percent",
                violation_error_message=_("Enter a share between 0 and 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinic} {self.valid_from:%Y-%m-%d}"
