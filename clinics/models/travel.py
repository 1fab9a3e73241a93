"""Facts for travellers: what somebody who comes to Russia for treatment should know; each has a next check."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinics.enums import TravelKind
from portal.core.localisation import formats


def validate_countries(text: str) -> None:
    """Raise ``ValidationError`` unless a text is codes of countries with a space between them."""
    known = formats.countries("en")
    if text and not all(code in known for code in text.split(" ")):
        raise ValidationError(_("Enter codes of countries with a space between them, such as “AE QA”."))


class TravelFact(models.Model):
    """One fact about visas, money or rights, as a source states it; ``checked_on`` is the day that it is valid on.

    It holds for citizens of ``citizenships`` (ISO 3166-1 alpha-2 codes, a space between them), for everybody where
    that is empty, and for a stay of ``stay_from`` to ``stay_to`` days, the first and the last day of it counted.
    """

    slug = models.SlugField(_("slug"), unique=True)
    kind = models.CharField(
        _("kind"), max_length=12, choices=TravelKind, default=TravelKind.ARRIVAL, db_default="arrival"
    )
    topic = models.CharField(_("topic"), max_length=60)
    text = models.CharField(_("text"), max_length=300)
    citizenships = models.CharField(
        _("citizenships"),
        max_length=200,
        blank=True,
        db_default="",
        validators=[validate_countries],
        help_text=_("Codes of the countries whose citizens it holds for, such as “AE QA”. Empty: for everybody."),
    )
    stay_from = models.PositiveSmallIntegerField(_("days of the stay, from"), null=True, blank=True)
    stay_to = models.PositiveSmallIntegerField(_("days of the stay, to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=150)
    source_url = models.URLField(_("address of the source"), max_length=400)
    stated_on = models.DateField(_("day of the source"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"))
    next_check_on = models.DateField(_("next check on"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("travel fact")
        verbose_name_plural = _("travel facts")
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next_check_on__gt=models.F("checked_on")),
                name="travel_fact_is_checked_again",
                violation_error_code="next_check_on",
                violation_error_message=_("Enter a day of the next check that is after the day it was checked."),
            ),
            models.CheckConstraint(
                condition=models.Q(stay_from=None)
                | models.Q(stay_to=None)
                | models.Q(stay_to__gte=models.F("stay_from")),
                name="travel_fact_stay_in_order",
                violation_error_code="stay_to",
                violation_error_message=_("Enter a longest stay that is not shorter than the shortest."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)
