"""Choices around erasing and legal holds."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class ErasureState(TextChoices):
    """How far the erasing of a case is."""

    UNCONFIRMED = "unconfirmed", pgettext_lazy("desk", "waits for the code")
    ASKED = "asked", pgettext_lazy("desk", "asked for")
    DONE = "done", pgettext_lazy("desk", "erased")
    TAKEN_BACK = "taken_back", pgettext_lazy("desk", "taken back")


class ErasureWhy(TextChoices):
    """Why a case is erased."""

    PATIENT = "patient", pgettext_lazy("desk", "the patient asked for it on the site")
    DESK = "desk", pgettext_lazy("desk", "the patient asked us for it")
    RETENTION = "retention", pgettext_lazy("desk", "its time of retention is over")
