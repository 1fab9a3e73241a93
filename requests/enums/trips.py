"""Kinds of rows in the plan of a trip."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlanKind(TextChoices):
    """What happens on a day of the trip, as the patient reads it."""

    ARRIVAL = "arrival", _("You arrive in Russia")
    MEETING = "meeting", _("Somebody meets you")
    ADMISSION = "admission", _("Admission to the clinic")
    APPOINTMENT = "appointment", _("Appointment")
    OPERATION = "operation", _("Operation")
    DISCHARGE = "discharge", _("Discharge from the clinic")
    FLIGHT_HOME = "flight_home", _("Flight home")
    OTHER = "other", _("Something else")
