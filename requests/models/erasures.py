"""Erasing of cases: that it was asked for and done, what stops it, and the files that are still to be deleted."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from portal.core.encryption.fields import EncryptedTextField
from portal.core.worktime import team_today
from requests.enums import ConsentWay, ErasureState, ErasureWhy, StatedBy
from requests.models.cases import Case, OfCase
from requests.models.decisions import CODE_LIFETIME, MAX_ATTEMPTS

COOLING_OFF = timedelta(days=7)
STANDING = (ErasureState.UNCONFIRMED, ErasureState.ASKED)


class Erasure(models.Model):
    """An erasing of a case: asked for, done or taken back; ids and times only, no personal data.

    It stays when the case is erased. ``due_at`` is the end of the cooling-off. ``asked_by`` is who of the desk was told
    that the patient wants it, with who said it and how; it is empty for the patient's own. ``notice`` is the outbox row
    of the last mail, which leaves before anything is destroyed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="erasures")
    reference = models.CharField(pgettext_lazy("desk", "reference"), max_length=12, db_index=True)
    state = models.CharField(
        pgettext_lazy("desk", "state"), max_length=12, choices=ErasureState, default=ErasureState.ASKED
    )
    why = models.CharField(pgettext_lazy("desk", "why"), max_length=10, choices=ErasureWhy)
    created_at = models.DateTimeField(pgettext_lazy("desk", "begun"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField("wrong codes", default=0)
    asked_at = models.DateTimeField(pgettext_lazy("desk", "asked for"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("desk", "noted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    stated_by = models.CharField(pgettext_lazy("desk", "who wants it"), max_length=10, choices=StatedBy, blank=True)
    way = models.CharField(pgettext_lazy("desk", "how they said it"), max_length=10, choices=ConsentWay, blank=True)
    due_at = models.DateTimeField(pgettext_lazy("desk", "erased on"), null=True, blank=True)
    notice = models.UUIDField("outbox item of the last mail", null=True, blank=True)
    taken_back_at = models.DateTimeField(pgettext_lazy("desk", "taken back"), null=True, blank=True)
    erased_at = models.DateTimeField(pgettext_lazy("desk", "erased"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("desk", "erasing of a case")
        verbose_name_plural = pgettext_lazy("desk", "erasings of cases")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="asked"), name="erasure_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["unconfirmed", "asked"]),
                name="one_standing_erasure",
                violation_error_code="case",
                violation_error_message="This case is being erased already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked", asked_at__isnull=False, due_at__isnull=False, erased_at=None)
                | models.Q(state="done", erased_at__isnull=False)
                | models.Q(state="taken_back", taken_back_at__isnull=False, erased_at=None)
                | models.Q(state="unconfirmed", asked_at=None, erased_at=None),
                name="erasure_says_when",
                violation_error_code="state",
                violation_error_message="An erasing says when it was asked for, and when it was done.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def has_live_code(self) -> bool:
        """Whether its code can still be typed."""
        is_young = timezone.now() - self.created_at < CODE_LIFETIME
        return self.state == ErasureState.UNCONFIRMED and is_young and self.attempts < MAX_ATTEMPTS

    @property
    def is_asked(self) -> bool:
        """Whether the case will be erased, and nobody took that back."""
        return self.state == ErasureState.ASKED


class ErasedFile(models.Model):
    """A private file of an erased case that is still to be deleted from the store; the row goes with it."""

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Reads of legal holds."""

    def standing(self) -> "LegalHoldQuerySet":
        """Holds that nobody lifted, and whose last day is not over."""
        return self.filter(lifted_at=None, until__gte=team_today())


class LegalHold(OfCase):
    """Why a case must not be erased yet, until the end of a day in the time of the team."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="legal_holds")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("desk", "set by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    until = models.DateField(pgettext_lazy("desk", "until"))
    reason = EncryptedTextField()
    lifted_at = models.DateTimeField(pgettext_lazy("desk", "lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("desk", "lifted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lift_reason = EncryptedTextField()

    objects: Any = LegalHoldQuerySet.as_manager()

    class Meta(OfCase.Meta):
        verbose_name = pgettext_lazy("desk", "legal hold")
        verbose_name_plural = pgettext_lazy("desk", "legal holds")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="lifted_hold_says_by_whom",
                violation_error_code="lifted_by",
                violation_error_message="A lifted hold says who lifted it.",
            )
        ]

    def __str__(self) -> str:
        return self.case.reference
