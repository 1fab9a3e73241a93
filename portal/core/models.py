"""Models of the core: outbox, search, content version, waiting files, days of the team, heartbeats, alerts, attestations."""

import uuid
from typing import Any, NoReturn

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.core.localisation import desk_formats


class WrittenOnce(models.Model):
    """A row that the portal never changes, and deletes only when its time is over, with all others of that age."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"A {self._meta.verbose_name} is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"A {self._meta.verbose_name} is never deleted by hand.")


class OutboxItem(models.Model):
    """One effect to deliver (a mail, a PDF, long work): ids and times only, no personal data.

    ``object_id`` and ``recipient_id`` name what the handler of ``kind`` works on; ``reference`` is
    the public reference of the case, for the desk. Progress is what long work says of itself, in its own unit.
    """

    class State(models.TextChoices):
        HELD = "held", _("waits for release")
        QUEUED = "queued", _("queued")
        IN_FLIGHT = "in_flight", _("in flight")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    object_id = models.UUIDField(_("object id"))
    recipient_id = models.BigIntegerField(_("recipient id"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=12, blank=True, db_index=True)
    dedupe_key = models.CharField(_("dedupe key"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    workers_lost = models.PositiveIntegerField(_("workers lost"), default=0, db_default=0)
    progress_done = models.PositiveBigIntegerField(_("progress so far"), null=True, blank=True)
    progress_total = models.PositiveBigIntegerField(_("progress in all"), null=True, blank=True)

    class Meta:
        verbose_name_plural = _("outbox items")
        ordering = ["created_at"]
        verbose_name = _("outbox item")
        indexes = [
            models.Index(
                fields=["not_before"],
                name="outbox_due",
                condition=models.Q(state__in=["queued", "in_flight"]),
            )
        ]

    def __str__(self) -> str:
        return self.reference or str(self.pk)

    @property
    def percent(self) -> int | None:
        """How much of long work is done, from 0 to 100; None where nobody has said."""
        return min(100 * (self.progress_done or 0) // self.progress_total, 100) if self.progress_total else None


class SearchDocument(models.Model):
    """Search document of an object in one language; made anew whenever the object changes.

    ``aliases`` are pairs (why, text) of what else it is found by, as people read it. ``note`` is printed
    with the result, and ``text`` is the rest. ``portal.core.search.fulltext`` fills what the database looks through: ``names_vector`` and ``vector``
    in PostgreSQL, ``stems`` elsewhere.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    detail = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=200, blank=True)
    aliases = models.JSONField(default=list)
    text = models.TextField(blank=True)
    stems = models.TextField(blank=True)
    names_vector = SearchVectorField(null=True, editable=False)
    vector = SearchVectorField(null=True, editable=False)

    class Meta:
        ordering = ["kind", "key", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "language"],
                name="search_document_once",
                violation_error_code="key",
                violation_error_message="This page is in the search index already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.language})"


class SearchWord(models.Model):
    """A word of a name: what a misspelt word may have meant."""

    word = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.word


class ContentVersion(models.Model):
    """One change of what the public pages show; what rows there are is the version (``portal.core.caching.content_version``)."""

    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)


class PendingImport(models.Model):
    """A spreadsheet of an editor that was checked and is not confirmed yet; it waits for an hour at most."""

    token = models.CharField(max_length=40, unique=True)
    table = models.CharField(max_length=60)
    user_id = models.BigIntegerField()
    content = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "core_waitingfile"

    def __str__(self) -> str:
        return f"{self.table} {self.created_at}"


class TeamDay(models.Model):
    """A day on which the team works or is off, whatever the calendar of Russia says of it."""

    on = models.DateField(
        _("day"), unique=True, error_messages={"unique": _("This day is in the list already. Change it there.")}
    )
    is_working = models.BooleanField(_("the team works"), default=False)
    note = models.CharField(
        _("note"), max_length=100, blank=True, help_text=_("Why, for the team. Patients do not see it.")
    )

    class Meta:
        ordering = ["-on"]
        verbose_name = _("day of the team")
        verbose_name_plural = _("days of the team")

    def __str__(self) -> str:
        kind = gettext("the team works") if self.is_working else gettext("day off")
        return f"{desk_formats.day(self.on)}: {kind}"


class Heartbeat(models.Model):
    """When processes of one kind (relay, worker, beat) last showed that they live."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """Problem of a subject, from when it was seen until it was over: names and references only.

    ``kind`` names the check that found it (``portal.core.monitoring.alerts``), ``subject`` what it is about: a
    reference, the name of a process, or nothing.
    """

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(over_at=None),
                name="alert_open_once",
                violation_error_code="subject",
                violation_error_message="This alert is open already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class AlertNotice(models.Model):
    """What has to be told of an alert on one channel: that it is open, or that it is over.

    Whoever tells it moves ``not_before`` on first, so that no other process tells it meanwhile.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(max_length=10)
    is_over = models.BooleanField()
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "channel", "is_over"],
                name="alert_told_once_on_a_channel",
                violation_error_code="channel",
                violation_error_message="This alert is told on this channel already.",
            )
        ]
        indexes = [models.Index(fields=["not_before"], name="alert_notice_due", condition=models.Q(told_at=None))]

    def __str__(self) -> str:
        return f"{self.channel} {'over' if self.is_over else 'open'}"


class Attestation(WrittenOnce):
    """Somebody says that something was done that the database cannot show, or a command says that it ended well.

    ``fingerprint`` is a hash of what it was said of, so that it counts no more when that changes; ``actor_id``, without
    a foreign key, is who said it, and empty for a command. ``lawyer`` is who read the words of a consent, on ``done_on``.
    """

    class Kind(models.TextChoices):
        TEST_ALERT = "test_alert", pgettext_lazy("desk", "Test alert sent")
        BACKUP = "backup", pgettext_lazy("desk", "Backup made")
        RESTORE = "restore", pgettext_lazy("desk", "Backup restored on trial")
        CONSENT = "consent", pgettext_lazy("desk", "Words of a consent read by a lawyer")
        PRIVACY = "privacy", pgettext_lazy("desk", "Privacy page and rules of retention read")
        HOURS = "hours", pgettext_lazy("desk", "Hours of the team agreed")
        DAYS = "days", pgettext_lazy("desk", "Days of the team looked at")
        DNS = "dns", pgettext_lazy("desk", "DNS rows for mail set")
        COPIES = "copies", pgettext_lazy("desk", "Keys and lists copied elsewhere")
        LIMITS = "limits", pgettext_lazy("desk", "Limits looked at")

    kind = models.CharField(max_length=12, choices=Kind)
    fingerprint = models.CharField(max_length=64, blank=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    lawyer = models.CharField(max_length=120, blank=True)
    done_on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.done_on}"
