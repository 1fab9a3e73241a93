"""What a patient answers, one question at a time, and when she sent it."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import AnswerState
from requests.models.cases import Case, OfCase


class Answer(OfCase):
    """One version of an answer, as JSON (``requests.flows`` says which for each kind of question). Rows are only added.

    ``edition`` is what was read when it was answered, empty for questions that are written in code; ``answered_by`` is
    empty for the patient.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answers")
    task = models.SlugField("task")
    code = models.SlugField("question", max_length=80)
    number = models.PositiveIntegerField("version, from 1")
    value = EncryptedTextField()
    edition = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Of the form that wrote it: the same form, sent again with other words, overwrites nobody else.
    form_token = models.CharField(max_length=64, editable=False)

    class Meta(OfCase.Meta):
        # The shorter name belongs to a table of the first release, which migration 0015 has left.
        db_table = "requests_answer_version"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "task", "code", "number"],
                name="one_answer_of_a_version",
                violation_error_code="number",
                violation_error_message="This version of the answer is here already.",
            )
        ]

    @property
    def answered_at(self) -> datetime:
        """When it was answered."""
        return self.created_at

    @property
    def state(self) -> AnswerState:
        """Whether it is an answer, or that somebody does not know, or not yet."""
        return AnswerState(self._content["state"])

    @property
    def given(self) -> Any:
        """The answer itself; None for "I do not know" and "not yet"."""
        return self._content.get("value")

    @property
    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.value)
        return content


class AnswerSending(models.Model):
    """The press of the last button of a task: what was answered until then was sent. ``number`` counts them from 1."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answer_sendings")
    task = models.SlugField("task")
    number = models.PositiveIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["sent_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "task", "number"],
                name="one_sending_of_a_number",
                violation_error_code="number",
                violation_error_message="This sending is here already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.number}"
