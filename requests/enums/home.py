"""Choices of the time after the treatment."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SignAction(TextChoices):
    """What a patient does at home when a sign is there that a continuity pack names."""

    CALL_US = "call_us", _("Call us")
    DOCTOR = "doctor", _("Go to your doctor")
    EMERGENCY = "emergency", _("Call the emergency number at once")


class HomeState(TextChoices):
    """What is known of the patient's way home."""

    HOME = "home", _("I am at home")
    STAYS = "stays", _("I stay in Russia for now")
    UNKNOWN = "unknown", _("I do not know yet")


class Feeling(TextChoices):
    """How a patient is, compared with the day they came home."""

    BETTER = "better", _("Better")
    SAME = "same", _("About the same")
    WORSE = "worse", _("Worse")


class Appointment(TextChoices):
    """Whether the appointment with the doctor at home took place."""

    DONE = "done", _("Yes")
    PLANNED = "planned", _("Not yet, but there is a day for it")
    NONE = "none", _("No, and there is no day for it")
    UNKNOWN = "unknown", _("I do not know")
