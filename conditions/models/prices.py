"""Procedures and what they cost. Money is a Decimal with a three-letter currency beside it."""

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.localisation import formats
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today

currency_code = RegexValidator(r"^[A-Z]{3}$", _("A currency is three capital letters (ISO 4217)."))


class Procedure(models.Model):
    """Something that has a price."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    unit = models.CharField(
        _("unit"), max_length=60, blank=True, help_text=_("What one of it is: course, operation, session.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return str(self.name)


class PriceTerms(models.Model):
    """What every price states: amounts, what it includes, where it comes from, how long it holds.

    ``amount_from`` alone is a lower bound and is always printed as one; no amount at all means
    "price on request".
    """

    amount_from = models.DecimalField(_("amount from"), max_digits=12, decimal_places=2, null=True, blank=True)
    amount_to = models.DecimalField(_("amount to"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[currency_code])
    included = models.TextField(_("included"), blank=True)
    excluded = models.TextField(_("excluded"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source url"), max_length=400, blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def amount(self) -> Amount:
        """What it costs, whether it holds or not."""
        return Amount(self.amount_from, self.amount_to, self.currency)

    @property
    def is_stated(self) -> bool:
        """Whether there is an amount."""
        return self.amount_from is not None

    def holds_on(self, day: datetime.date) -> bool:
        """Whether the price is stated and not past its date."""
        return self.amount_from is not None and self.valid_until is not None and self.valid_until >= day

    @property
    def holds(self) -> bool:
        """Whether the price holds today (UTC)."""
        return self.holds_on(timezone.now().date())


def price_constraints(name: str) -> list[models.BaseConstraint]:
    """Return what the database promises of every price row."""
    return [
        models.CheckConstraint(
            condition=models.Q(amount_from=None, amount_to=None)
            | models.Q(amount_from__gte=0, amount_to=None)
            | models.Q(amount_from__gte=0, amount_to__gte=models.F("amount_from")),
            name=f"{name}_amounts_in_order",
            violation_error_code="amount_to",
            violation_error_message=_(
                "Enter an upper amount that is not below the lower one, or leave it empty. Without a lower amount there is no upper one."
            ),
        ),
        models.CheckConstraint(
            condition=models.Q(amount_from=None)
            | (models.Q(checked_on__isnull=False, valid_until__isnull=False) & ~models.Q(source="")),
            name=f"{name}_is_dated_and_sourced",
            violation_error_code="source",
            violation_error_message=_(
                "A price needs its source, the day it was checked and the day until which it is valid."
            ),
        ),
    ]


class Price(PriceTerms):
    """The typical price of a procedure for a condition."""

    condition = models.ForeignKey(
        "conditions.Condition", on_delete=models.CASCADE, related_name="prices", verbose_name=_("condition")
    )
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="prices", verbose_name=_("procedure")
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["procedure__order", "procedure__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "procedure"],
                name="one_typical_price",
                violation_error_code="procedure",
                violation_error_message=_(
                    "This condition has a typical price of this procedure already. Change that one."
                ),
            ),
            *price_constraints("price"),
        ]

    def __str__(self) -> str:
        return f"{self.condition} – {self.procedure}"


class ExchangeRate(models.Model):
    """How many roubles one unit of a currency was worth on a day, as a source states it."""

    currency = models.CharField(_("currency"), max_length=3, validators=[currency_code])
    rubles = models.DecimalField(_("roubles for one"), max_digits=14, decimal_places=6)
    day = models.DateField(_("day"))
    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("address of the source"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "day"],
                name="one_rate_of_a_day",
                violation_error_code="day",
                violation_error_message=_("This currency has a rate of this day already. Change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(rubles__gt=0),
                name="rate_is_positive",
                violation_error_code="rubles",
                violation_error_message=_("Enter how many roubles one unit is worth."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day:%Y-%m-%d}"

    def clean(self) -> None:
        """A currency that there is, other than ours, and a day that a rate can be of: tomorrow’s is set today."""
        if self.currency == "RUB":
            raise ValidationError({"currency": _("A rouble needs no rate. Enter another currency.")})
        if self.currency not in {"", *formats.locale("en").currencies}:
            raise ValidationError({"currency": _("Enter the code of a currency: USD, EUR, AED.")})
        # What a form could not read is said there.
        day: datetime.date | None = self.day
        if day and day > team_today() + datetime.timedelta(days=1):
            raise ValidationError({"day": _("Enter the day of the rate: tomorrow at the latest.")})
