"""Tasks of a case: something to do by a time, for the patient or for the desk."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import REMINDERS, CallChannel, NextTurn
from requests.models.cases import ALPHABET, Case, OfCase
from requests.models.messages import Message

PUBLIC_ID_LENGTH = 12


def new_public_id() -> str:
    """Return a random id for an address, of an alphabet without look-alikes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class TaskKind(models.Model):
    """A kind of task: whose it is, whether the patient sees it, and its words."""

    code = models.SlugField(
        _("code"), unique=True, help_text=_("Stands in addresses; never changed once tasks have it.")
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("What there is to do, as the patient reads it."))
    explanation = models.CharField(_("explanation"), max_length=300, blank=True, help_text=_("How to do it, and why."))
    for_desk = models.BooleanField(_("the desk does it"), default=False)
    is_shown = models.BooleanField(_("the patient sees it"), default=True)
    working_days = models.PositiveSmallIntegerField(
        _("usual working days"), null=True, blank=True, help_text=_("Until when, if nobody says otherwise.")
    )
    is_offered = models.BooleanField(_("the desk can ask for it"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("task kind")
        verbose_name_plural = _("task kinds")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return str(self.name)


class TaskQuerySet(models.QuerySet["Task"]):
    """Reads of tasks."""

    def open(self) -> "TaskQuerySet":
        """Tasks that are neither done nor withdrawn, the most urgent first."""
        return self.filter(done_at=None, withdrawn_at=None).most_urgent_first()

    def most_urgent_first(self) -> "TaskQuerySet":
        """The nearest day first, in a total order: statements that each read a column of the first one read the same."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "created_at", "pk")

    def of_patient(self) -> "TaskQuerySet":
        """What the patient does."""
        return self.filter(for_desk=False)

    def of_desk(self) -> "TaskQuerySet":
        """What the desk does."""
        return self.filter(for_desk=True)

    def dated(self) -> "TaskQuerySet":
        """Tasks with a day."""
        return self.filter(due_at__isnull=False)

    def shown(self) -> "TaskQuerySet":
        """What the patient sees: nothing that came with an answer which can still be taken back."""
        return self.filter(is_shown=True).exclude(sent_with__visible_from__gt=timezone.now())


class Task(OfCase):
    """Something to do by a time. Open until it is done or withdrawn; ``details`` are words for this one."""

    public_id = models.CharField(max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.ForeignKey(TaskKind, on_delete=models.PROTECT, related_name="tasks")
    for_desk = models.BooleanField("the desk does it")
    is_shown = models.BooleanField("the patient sees it", default=True)
    details = EncryptedTextField()
    # The item of the checklist that it asks for, or ``DISCHARGE``; the task is done when a paper comes for it.
    need = models.SlugField("item of the checklist", blank=True, default="", db_default="", editable=False)
    due_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Who of the desk does it, where somebody was named.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="desk_tasks"
    )
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # What the patient wrote to answer it, or the wish that it follows.
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks")
    # Our answer that said what comes next; what is not said does not follow.
    sent_with = models.ForeignKey(
        Message, null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="next_tasks"
    )
    # Whose turn it is until then, of a reminder that an "and then" wrote.
    turn = models.CharField(max_length=10, choices=NextTurn, blank=True, default="", db_default="", editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta(OfCase.Meta):
        indexes = [
            # The columns behind the moment tell the queue which cases have a date from the index alone.
            models.Index(
                fields=["due_at", "case", "for_desk"],
                condition=models.Q(done_at=None, withdrawn_at=None),
                name="task_open_by_due",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(for_desk=True) | models.Q(is_shown=True),
                name="task_of_patient_is_shown",
                violation_error_code="is_shown",
                violation_error_message="Who has a task sees it.",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(withdrawn_at=None),
                name="task_done_or_withdrawn",
                violation_error_code="withdrawn_at",
                violation_error_message="What is done cannot be withdrawn.",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("requests:task", args=[self.case.reference, self.public_id])

    @property
    def is_open(self) -> bool:
        """Whether it is still to do."""
        return self.done_at is None and self.withdrawn_at is None

    @property
    def is_reminder(self) -> bool:
        """Whether an "and then" wrote it for the desk alone, so that the next one takes its place."""
        # The release before wrote those of answers without a turn.
        return not self.is_shown and (bool(self.turn) or self.sent_with_id is not None)

    @property
    def reminder(self) -> Promise | str:
        """What it reminds the desk of, in the words of an "and then"."""
        return REMINDERS.get(NextTurn(self.turn), "") if self.turn else ""


class Call(models.Model):
    """A call that we promised: its task is due when it begins. ``sequence`` counts its changes, as in a calendar file."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, primary_key=True, related_name="call")
    minutes = models.PositiveSmallIntegerField(default=30)
    channel = models.CharField(max_length=10, choices=CallChannel)
    sequence = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Call of {self.task_id}"

    def get_absolute_url(self) -> str:
        return reverse("requests:call", args=[self.task.case.reference, self.task.public_id])

    @property
    def starts_at(self) -> datetime:
        """When we call: a call is the one task that always has a time."""
        assert self.task.due_at is not None
        return self.task.due_at

    @property
    def ends_at(self) -> datetime:
        """When the time that is kept for it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)
