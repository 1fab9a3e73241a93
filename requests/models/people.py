"""People and numbers that a patient sees on the page of a case, as the operator entered them."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.models import Photo
from clinics.models.people import check_languages
from conditions.models import Area
from portal.core.localisation import formats
from requests.enums import CallChannel
from requests.models.packages import SupportPackage


class CoordinatorProfile(models.Model):
    """What patients read of a coordinator besides the name of the account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="coordinator_profile"
    )
    name = models.CharField(
        _("name"), max_length=120, blank=True, help_text=_("As patients read it; empty: the name of the account.")
    )
    languages = models.JSONField(_("languages"), default=list, blank=True, validators=[check_languages])
    hours = models.CharField(
        _("hours"), max_length=150, blank=True, help_text=_("For instance: Monday to Friday, 9 to 18 Moscow time.")
    )
    areas = models.ManyToManyField(
        Area,
        verbose_name=_("areas"),
        blank=True,
        related_name="+",
        help_text=_("What they know: cases of these areas are suggested to them. Patients do not see it."),
    )

    photo = models.OneToOneField(
        Photo, null=True, blank=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("coordinator profile")
        verbose_name_plural = _("coordinator profiles")
        ordering = ["user__name", "pk"]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def shown_name(self) -> str:
        """The name that patients read."""
        return self.name or str(self.user.name)

    @property
    def language_names(self) -> str:
        """The languages as a list in the active language."""
        language = get_language() or "en"
        return formats.names([formats.language_name(code, language) for code in self.languages], language)


class ContactNumber(models.Model):
    """A number of ours, by channel; an urgent one is for trips, with some packages or with all."""

    channel = models.CharField(_("channel"), max_length=10, choices=CallChannel)
    number = models.CharField(_("number"), max_length=40, help_text=_("With its country, like +7 495 123 45 67."))
    hours = models.CharField(_("hours"), max_length=150, blank=True)
    is_urgent = models.BooleanField(_("for trouble during a trip"), default=False)
    packages = models.ManyToManyField(
        SupportPackage,
        verbose_name=_("packages"),
        blank=True,
        related_name="+",
        help_text=_("Who has the urgent number; none chosen: everybody."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("contact number")
        verbose_name_plural = _("contact numbers")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.number}"

    @property
    def digits(self) -> str:
        """The number for a ``tel:`` address."""
        return "".join(letter for letter in self.number if letter.isdigit() or letter == "+")
