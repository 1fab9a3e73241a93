"""Choices of the conditions app."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SectionKind(TextChoices):
    """The sections of a condition page, in the order of the page."""

    EMERGENCY = "emergency", "Call your emergency number if"
    URGENT = "urgent", "See a doctor today if"
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


class Verdict(TextChoices):
    """What a reader says about a page."""

    CLEAR = "clear", _("It was clear")
    UNCLEAR = "unclear", _("Something was hard to understand")
    MISTAKE = "mistake", _("Something is wrong or missing")


class FeedbackFlag(TextChoices):
    """Why feedback is kept without telling the editors by mail."""

    HONEYPOT = "honeypot", "hidden field filled in"
    TOO_FAST = "too_fast", "sent too fast"
    FORGED = "forged", "form token missing or changed"
    FLOOD = "flood", "much about one page within an hour"
