"""Choices of the conditions app."""

from django.db.models import TextChoices


class SectionKind(TextChoices):
    """The sections of a condition page, in the order of the page."""

    URGENT = "urgent", "See a doctor today if"
    EMERGENCY = "emergency", "Call your emergency number if"
    WHAT = "what", "What it is"
    CAUSES = "causes", "Causes"
    SYMPTOMS = "symptoms", "Symptoms"
    DIAGNOSIS = "diagnosis", "Tests"
    CLASSIFICATION = "classification", "Types"
    COMPLICATIONS = "complications", "Complications"
    OUTLOOK = "outlook", "Outlook"
    UNTREATED = "untreated", "If nothing is done"
    LIVING = "living", "Living with it"
    CUSTOM = "custom", "Other"
