"""The trip of a case: its dates, and the plan of its days."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import PlanKind
from requests.models.cases import Case, OfCase


class Trip(models.Model):
    """When a patient arrives in Russia and when she is home again, both days in Moscow time; unknown ones are null.

    ``version`` counts the changes of dates and plan, so that two colleagues never overwrite one another. ``changed_at``
    is when the dates changed last, ``seen_at`` until when she has seen all changes. Days are not sealed: the follow-up
    after the day home finds its cases by them.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="trip")
    arrives_on = models.DateField(null=True, blank=True)
    home_on = models.DateField(null=True, blank=True, db_index=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(arrives_on=None)
                | models.Q(home_on=None)
                | models.Q(home_on__gte=models.F("arrives_on")),
                name="trip_ends_after_it_begins",
                violation_error_code="home_on",
                violation_error_message="Enter a day home that is not before the arrival.",
            )
        ]

    def __str__(self) -> str:
        return f"Trip of {self.case_id}"

    @property
    def is_planned(self) -> bool:
        """Whether anybody has planned something of it."""
        return bool(self.version or self.arrives_on or self.home_on)

    @property
    def days(self) -> int | None:
        """How many days the stay has, the first and the last among them; None while a date is missing."""
        if self.arrives_on is None or self.home_on is None:
            return None
        return (self.home_on - self.arrives_on).days + 1

    def has_seen(self, changed_at: datetime | None) -> bool:
        """Whether the patient has seen what changed at a moment."""
        return changed_at is None or (self.seen_at is not None and changed_at <= self.seen_at)


class PlanItem(OfCase):
    """One line of the plan of a trip: a day and maybe a time in Moscow time, what happens, and where.

    ``words`` are in the patient's language, ``words_ru`` in Russian. ``sequence`` counts the changes, as in a calendar
    file. What is taken out keeps its row, with ``removed_at``, so that calendars and the patient learn of it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="plan_items")
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    kind = models.CharField(max_length=12, choices=PlanKind)
    words = EncryptedTextField()
    words_ru = EncryptedTextField()
    where = EncryptedTextField()
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    @property
    def starts_at(self) -> datetime | None:
        """The moment at which it begins; None when only the day is known."""
        return None if self.at is None else datetime.combine(self.on, self.at, ZoneInfo(settings.TEAM_TIME_ZONE))
