"""Choices of a brief."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BriefState(TextChoices):
    """Where a version of a brief stands. One is a draft or sent, and one is approved, at most."""

    DRAFT = "draft", pgettext_lazy("desk", "Draft")
    SENT = "sent", pgettext_lazy("desk", "With the patient to approve")
    APPROVED = "approved", pgettext_lazy("desk", "Approved")
    SUPERSEDED = "superseded", pgettext_lazy("desk", "Superseded")


class Sex(TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class Ecog(TextChoices):
    """General condition by the scale of the Eastern Cooperative Oncology Group (ECOG), in plain words."""

    FULL = "0", _("ECOG 0: does everything as before the illness")
    LIGHT = "1", _("ECOG 1: no hard work, but walks and does light work")
    SELF_CARE = "2", _("ECOG 2: cannot work, looks after themselves, up for more than half of the day")
    LIMITED = "3", _("ECOG 3: needs some help, in bed or a chair for more than half of the day")
    NONE = "4", _("ECOG 4: needs help with everything, in bed or a chair all day")


class BriefPart(TextChoices):
    """The parts of a brief that are free text, in their order."""

    QUESTION = "question", _("Question to the doctors")
    DIAGNOSES = "diagnoses", _("Diagnoses")
    TREATMENTS = "treatments", _("Treatments so far")
    MEDICINES = "medicines", _("Medicines")
    ALLERGIES = "allergies", _("Allergies")
    INFECTIONS = "infections", _("Infections")
    IMPLANTS = "implants", _("Implants and devices in the body")
