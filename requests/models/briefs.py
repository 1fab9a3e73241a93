"""Briefs of a case for clinics, and the clinics that are proposed to the patient."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from clinics.models import Clinic
from portal.core.encryption.fields import EncryptedTextField
from requests.brief_content import BriefContent, from_json
from requests.enums import BriefState, ConsentWay, ForWhom, StatedBy
from requests.models.cases import Case, OfCase


class Brief(OfCase):
    """A version of what clinics read of a patient without knowing who it is, in two languages.

    ``language`` is the patient's, ``other_language`` that of the doctors. ``revision`` counts its changes while it is a
    draft. What was sent is not changed before it is taken back; what was approved never is.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="briefs")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=BriefState, default=BriefState.DRAFT)
    language = models.CharField(max_length=10)
    other_language = models.CharField(max_length=10)
    sealed_content = EncryptedTextField(db_column="content", help_text="JSON of requests.brief_content.")
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    # The patient, or who writes for them: whose page it was when the button was pressed.
    approved_by = models.CharField(max_length=12, choices=ForWhom, blank=True)
    # Of an approval that somebody of the desk heard or saw: who said it, how, on which day, and who noted it.
    approval_stated_by = models.CharField(max_length=10, choices=StatedBy, blank=True, default="", db_default="")
    approval_way = models.CharField(max_length=10, choices=ConsentWay, blank=True, default="", db_default="")
    approval_said_on = models.DateField(null=True, blank=True)
    approval_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_hash = models.CharField("SHA-256 of what was approved", max_length=64, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        # The shorter name belongs to a table of the first release, which migration 0015 has left.
        db_table = "requests_case_brief"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"],
                name="one_brief_of_a_number",
                violation_error_code="number",
                violation_error_message="There is a brief with this number already.",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["draft", "sent"]),
                name="one_brief_is_being_written",
                violation_error_code="state",
                violation_error_message="Another version of this brief is being written.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "sent"], approved_at=None)
                | (
                    models.Q(state__in=["approved", "superseded"], approved_at__isnull=False)
                    & ~models.Q(approved_by="")
                ),
                name="approved_brief_says_by_whom",
                violation_error_code="approved_at",
                violation_error_message="An approved brief says by whom and when.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    approval_noted_by=None, approval_way="", approval_stated_by="", approval_said_on=None
                )
                | (
                    models.Q(approval_noted_by__isnull=False, approval_said_on__isnull=False)
                    & ~models.Q(approval_way="")
                    & ~models.Q(approval_stated_by="")
                ),
                name="noted_approval_says_how",
                violation_error_code="approval_way",
                violation_error_message="Say how the patient approved it.",
            ),
        ]

    @property
    def content(self) -> BriefContent:
        """What it says."""
        return from_json(self.sealed_content)

    @content.setter
    def content(self, content: BriefContent) -> None:
        self.sealed_content = content.to_json()

    @property
    def approval_is_noted(self) -> bool:
        """Whether somebody of the desk noted the approval."""
        return self.approval_noted_by_id is not None

    @property
    def is_draft(self) -> bool:
        """Whether the desk still writes it."""
        return self.state == BriefState.DRAFT

    @property
    def is_sent(self) -> bool:
        """Whether the patient has it to approve."""
        return self.state == BriefState.SENT

    @property
    def is_approved(self) -> bool:
        """Whether it is what clinics may read."""
        return self.state == BriefState.APPROVED


class ProposedClinic(models.Model):
    """A clinic that a coordinator would ask about a case; the patient agrees to each by name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="proposed_clinics")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "clinic"],
                name="clinic_proposed_once",
                violation_error_code="clinic",
                violation_error_message="This clinic is proposed already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clinic_id}"
