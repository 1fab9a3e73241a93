"""Follow-up after a treatment: the day home, the questions that are asked some days later, and their answers."""

from django.conf import settings
from django.db import models

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import Feeling, HomeState
from requests.models.cases import Case, OfCase

# Days after the day home on which the questions are asked.
DAYS = (7, 30, 90)


class Homecoming(OfCase):
    """What was told last of a patient's way home; ``number`` counts how often, ``told_by`` is null for the patient."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="homecoming")
    state = models.CharField(max_length=10, choices=HomeState)
    home_on = models.DateField("day home", null=True, blank=True)
    number = models.PositiveIntegerField(default=1)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(OfCase.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=HomeState.HOME, home_on__isnull=False)
                | (~models.Q(state=HomeState.HOME) & models.Q(home_on=None)),
                name="who_is_home_has_a_day",
                violation_error_code="home_on",
                violation_error_message="Say on which day the patient came home.",
            )
        ]


class FollowUp(OfCase):
    """The questions of one day: due so many days after the day home, asked once, on the case page and by mail."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follow_ups")
    day = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField("first answered", null=True, blank=True)

    class Meta(OfCase.Meta):
        ordering = ["day"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(asked_at=None), name="follow_up_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "day"],
                name="one_follow_up_of_a_day",
                violation_error_code="day",
                violation_error_message="These questions are planned already.",
            )
        ]


class FollowUpAnswer(OfCase):
    """What a patient answered, as JSON, never changed: answering again is the next ``number``.

    ``content`` holds ``feeling``, ``signs`` (their words as they were read), ``is_unsure``, ``appointment`` and
    ``words``. ``edition`` says where the signs stood: slug, language and number.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="answers")
    number = models.PositiveSmallIntegerField()
    content = EncryptedTextField()
    edition = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10)
    form_token = models.CharField(max_length=64, unique=True, editable=False)

    class Meta(OfCase.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "number"],
                name="one_follow_up_answer_of_a_number",
                violation_error_code="number",
                violation_error_message="These questions were answered on another device meanwhile.",
            )
        ]


class FollowUpTally(models.Model):
    """How many patients are better, the same or worse on a day: counted apart, since the answers are sealed."""

    day = models.PositiveSmallIntegerField()
    feeling = models.CharField(max_length=10, choices=Feeling)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day", "feeling"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "feeling"],
                name="one_tally_of_a_feeling",
                violation_error_code="feeling",
                violation_error_message="This is counted already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.feeling} after {self.day} days"
