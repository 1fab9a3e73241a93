"""Choices of the clinics app."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ClinicKind(TextChoices):
    FEDERAL = "federal", _("National medical centre")
    PRIVATE = "private", _("Private clinic")
    NETWORK = "network", _("Private network of clinics")


class FactKind(TextChoices):
    FOUNDED = "founded", _("Founded")
    BEDS = "beds", _("Beds")
    ADDRESS = "address", _("Address")
    LICENCE = "licence", _("Licence")
    LANGUAGES = "languages", _("Languages spoken")
    SERVICES = "services", _("Services for patients from abroad")
    AIRPORT = "airport", _("Nearest airport")
    TREATS = "treats", _("What it treats")
    OTHER = "other", _("Also stated")
