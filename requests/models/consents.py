"""Consents, and their texts as pages showed them."""

import hashlib
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.utils import timezone

from clinics.models import Clinic
from portal.core.text.markdown import to_html
from requests.enums import ConsentWay, Purpose, StatedBy
from requests.models.audit import AppendOnly
from requests.models.cases import Case
from requests.models.submissions import Submission


class ConsentText(AppendOnly):
    """Words that people agreed to, and their hash: the title, an empty line, the body in Markdown.

    A row holds the name of the operator as it was, and stays when that or the wording changes.
    """

    sha256 = models.CharField("SHA-256 of the words", max_length=64, primary_key=True, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose)
    version = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    text = models.TextField("words")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["purpose", "version", "language", "created_at"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version} {self.language}"

    @property
    def title(self) -> str:
        """The line above the words."""
        return self.text.partition("\n\n")[0]

    @property
    def html(self) -> str:
        """The words below the title, as safe HTML."""
        return _html(self.text.partition("\n\n")[2], self.language)

    @property
    def is_intact(self) -> bool:
        """Whether the words are those whose hash was recorded."""
        return sha256(self.text) == self.sha256


@lru_cache(maxsize=64)
def _html(markdown: str, language: str) -> str:
    """Return the HTML of a text; a process shows few, and those with every form."""
    return to_html(markdown, language)


def sha256(text: str) -> str:
    """Return the hash of the words of a consent, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


class Consent(models.Model):
    """A permission that was given: for what, to which words, when; and when it was taken back.

    It was given with a submission of its case, with the statement of a patient for whom somebody else
    wrote, or in an earlier case of the same person, whose reference is ``given_in``; the one to questions
    after coming home by itself, and that for a clinic, which names the ``clinic``, on the page of the brief.
    What was taken back is given again by itself too, on the page of privacy.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    submission = models.ForeignKey(Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="consents")
    # Whose own yes it is where somebody writes for another; what the writer agreed to has none.
    statement = models.ForeignKey(
        "requests.PatientStatement", null=True, blank=True, on_delete=models.CASCADE, related_name="consents"
    )
    given_in = models.CharField(max_length=12, blank=True)
    clinic = models.ForeignKey(Clinic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose)
    version = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    text_hash = models.CharField("SHA-256 of the words", max_length=64)
    # NULL until `manage.py record_consents` has run over what the release before wrote.
    text = models.ForeignKey(
        ConsentText, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField(default=timezone.now)
    # How it reached who heard it, of one that was noted by itself.
    way = models.CharField(max_length=10, choices=ConsentWay, blank=True, default="", db_default="")
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who heard it, when it was given by voice.",
    )
    # Who said it to them, and on which day, of one for a clinic that was noted; it may be noted later.
    stated_by = models.CharField(max_length=10, choices=StatedBy, blank=True, default="", db_default="")
    said_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Who told the desk so, how and on which day; empty where it was done on the site, or went with another one.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawal_stated_by = models.CharField(max_length=10, choices=StatedBy, blank=True, default="", db_default="")
    withdrawal_way = models.CharField(max_length=10, choices=ConsentWay, blank=True, default="", db_default="")
    withdrawal_said_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["given_at", "purpose"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "purpose"],
                name="one_consent_of_a_purpose",
                violation_error_code="purpose",
                violation_error_message="This consent was given with this request already.",
            ),
            models.UniqueConstraint(
                fields=["case", "purpose"],
                condition=~models.Q(given_in=""),
                name="one_earlier_consent_of_a_purpose",
                violation_error_code="purpose",
                violation_error_message="This consent was taken over from an earlier case already.",
            ),
            models.CheckConstraint(
                condition=models.Q(submission__isnull=False, given_in="", statement=None)
                | models.Q(submission=None, given_in="", statement__isnull=False)
                | (models.Q(submission=None) & ~models.Q(given_in=""))
                | models.Q(
                    submission=None,
                    given_in="",
                    statement=None,
                    purpose__in=[Purpose.FOLLOW_UP, Purpose.PROCESSING, Purpose.HEALTH],
                )
                | models.Q(submission=None, given_in="", statement=None, clinic__isnull=False),
                name="consent_was_given_somewhere",
                violation_error_code="given_in",
                violation_error_message="A consent was given with a request, by the patient, or in an earlier case.",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(purpose=Purpose.FOLLOW_UP, withdrawn_at=None),
                name="one_standing_consent_to_follow_up",
                violation_error_code="purpose",
                violation_error_message="This consent stands already.",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose="clinic", clinic__isnull=False)
                | (models.Q(clinic=None) & ~models.Q(purpose="clinic")),
                name="consent_for_a_clinic_names_it",
                violation_error_code="clinic",
                violation_error_message="A consent for a clinic names it, and no other does.",
            ),
            models.UniqueConstraint(
                fields=["case", "clinic"],
                condition=models.Q(clinic__isnull=False, withdrawn_at=None),
                name="one_standing_consent_for_a_clinic",
                violation_error_code="clinic",
                violation_error_message="This clinic may see the case already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"
