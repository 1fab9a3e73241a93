"""Kinds of questions, and what an answer is."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AnswerKind(TextChoices):
    """What a question takes as its answer."""

    YES_NO = "yes_no", "yes or no"
    ONE = "one", "one of the choices"
    MANY = "many", "some of the choices"
    TEXT = "text", "text"
    NUMBER = "number", "number"
    MONTH = "month", "month, or a year"
    DAY = "day", "day"
    COUNTRY = "country", "country"
    ROWS = "rows", "rows of columns"


class AnswerState(TextChoices):
    """Whether a question is answered; the labels are for patients and for the desk."""

    ANSWERED = "answered", _("Answered")
    UNKNOWN = "unknown", _("I do not know")
    LATER = "later", _("Not yet")
