"""What the queue of the desk keeps: how each colleague looks at it, and its six figures."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class QueuePreference(models.Model):
    """How a colleague looks at the queue: filters by their names in the form, and whether names are hidden."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="queue_preference"
    )
    filters = models.JSONField(default=dict, blank=True)
    hides_names = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Queue of {self.user_id}"


class QueueFigures(models.Model):
    """The figures above the queue as of a moment; one row, renewed by beat. Times of answers are lengths."""

    at = models.DateTimeField(default=timezone.now)
    first_answer_median = models.DurationField(null=True)
    first_answer_p90 = models.DurationField("first answer, 90th percentile", null=True)
    waiting = models.PositiveIntegerField(default=0)
    longest_waiting_since = models.DateTimeField(null=True)
    estimates_out = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField("accepted this month", default=0)
    # How many cases of thirty days reached us in which way, the most first.
    sources = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Figures of {self.at}"
