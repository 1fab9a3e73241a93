"""Choices of the conditions app."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SectionKind(TextChoices):
    """The sections of a condition page, in the order of the page."""

    EMERGENCY = "emergency", pgettext_lazy("desk", "Call your emergency number if")
    URGENT = "urgent", pgettext_lazy("desk", "See a doctor today if")
    WHAT = "what", pgettext_lazy("desk", "What it is")
    CAUSES = "causes", pgettext_lazy("desk", "Causes")
    SYMPTOMS = "symptoms", pgettext_lazy("desk", "Symptoms")
    DIAGNOSIS = "diagnosis", pgettext_lazy("desk", "Tests")
    CLASSIFICATION = "classification", pgettext_lazy("desk", "Types")
    COMPLICATIONS = "complications", pgettext_lazy("desk", "Complications")
    OUTLOOK = "outlook", pgettext_lazy("desk", "Outlook")
    UNTREATED = "untreated", pgettext_lazy("desk", "If nothing is done")
    LIVING = "living", pgettext_lazy("desk", "Living with it")
    CUSTOM = "custom", pgettext_lazy("desk", "Other")


class Verdict(TextChoices):
    """What a reader says about a page."""

    CLEAR = "clear", _("It was clear")
    UNCLEAR = "unclear", _("Something was hard to understand")
    MISTAKE = "mistake", _("Something is wrong or missing")


class FeedbackFlag(TextChoices):
    """Why feedback is kept without telling the editors by mail."""

    HONEYPOT = "honeypot", pgettext_lazy("desk", "hidden field filled in")
    TOO_FAST = "too_fast", pgettext_lazy("desk", "sent too fast")
    FORGED = "forged", pgettext_lazy("desk", "form token missing or changed")
    FLOOD = "flood", pgettext_lazy("desk", "much about one page within an hour")


class QuestionKind(TextChoices):
    """What a patient answers to a question of a questionnaire."""

    YES_NO = "yes_no", pgettext_lazy("desk", "yes or no")
    ONE = "one", pgettext_lazy("desk", "one of the answers")
    MANY = "many", pgettext_lazy("desk", "some of the answers")
    TEXT = "text", pgettext_lazy("desk", "words")
    NUMBER = "number", pgettext_lazy("desk", "a number")
    MONTH = "month", pgettext_lazy("desk", "a month")
    ROWS = "rows", pgettext_lazy("desk", "rows of a table")
