"""Decisions of patients about estimates, and the mailed codes that confirm an acceptance."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import ConsentWay, DecisionKind, DeclineReason, StatedBy
from requests.models.cases import Case, OfCase
from requests.models.estimates import Estimate

CODE_LIFETIME = timedelta(minutes=15)
MAX_ATTEMPTS = 5


class EstimateDecision(OfCase):
    """A patient's yes or no to an estimate, with the words that she had before her (plain text) and their SHA-256.

    ``money_rules`` are the operator's rules about deposit and refund that stood beside the words and are no part of them;
    empty where none stood there. The case is that of the estimate. ``email`` is the address that a mailed code confirmed; a yes that somebody
    of the desk heard or saw has ``recorded_by``, who said it, how, and on which day. A no has a reason, and says
    whether we look for another offer.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    estimate = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=8, choices=DecisionKind)
    language = models.CharField(max_length=10)
    text = EncryptedTextField("words seen")
    text_sha256 = models.CharField("SHA-256 of the words", max_length=64, blank=True)
    money_rules = EncryptedTextField("rules about money beside them")
    email = EncryptedTextField("confirmed address")
    stated_by = models.CharField(max_length=10, choices=StatedBy, blank=True)
    way = models.CharField(max_length=10, choices=ConsentWay, blank=True)
    said_on = models.DateField("said on", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=14, choices=DeclineReason, blank=True)
    words = EncryptedTextField("reason in her words")
    wants_another = models.BooleanField("looks for another offer", default=False)
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["estimate"],
                condition=models.Q(kind="accepted"),
                name="estimate_is_accepted_once",
                violation_error_code="estimate",
                violation_error_message="This estimate is accepted already.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="declined", recorded_by=None) & ~models.Q(reason="")
                | models.Q(kind="accepted", reason="", recorded_by=None, way="", said_on=None)
                | models.Q(kind="accepted", reason="", recorded_by__isnull=False, said_on__isnull=False)
                & ~models.Q(way="")
                & ~models.Q(stated_by=""),
                name="decision_says_how",
                violation_error_code="way",
                violation_error_message="Say how the patient accepted, or why the patient declined.",
            ),
        ]

    @property
    def is_acceptance(self) -> bool:
        """Whether the patient said yes."""
        return self.kind == DecisionKind.ACCEPTED

    @property
    def is_intact(self) -> bool:
        """Whether the words are those whose hash was recorded."""
        return hashlib.sha256(self.text.encode()).hexdigest() == self.text_sha256


class AcceptanceCode(OfCase):
    """A code of six digits that was mailed to confirm an acceptance.

    It is made of the id of the row under a key of the server, so that a copy of the database holds no code.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="acceptance_codes")
    estimate = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)

    @property
    def is_live(self) -> bool:
        """Whether it can still be typed."""
        return timezone.now() - self.created_at < CODE_LIFETIME and self.attempts < MAX_ATTEMPTS
