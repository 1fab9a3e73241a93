"""Referrals: the approved brief of a case, sent to one clinic, and what is written about it."""

from django.conf import settings
from django.db import models

from clinics.models import Clinic, ClinicContact
from conditions.models import Procedure
from portal.core.encryption.fields import EncryptedTextField
from requests.enums import ReferralDecline
from requests.models.briefs import Brief
from requests.models.cases import Case, OfCase
from requests.models.consents import Consent
from requests.models.documents import Document


class AskedLine(OfCase):
    """A line that clinics are asked to price: the same for all clinics of a case, in the patient's language and in Russian.

    One that is no longer asked for is removed, and stays for the offers that answered it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="asked_lines")
    procedure = models.ForeignKey(Procedure, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = EncryptedTextField()
    name_ru = EncryptedTextField()
    unit = EncryptedTextField()
    unit_ru = EncryptedTextField()
    order = models.PositiveSmallIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        ordering = ["order", "created_at"]


class Referral(OfCase):
    """The approved brief of a case, sent to a contact of one clinic by a link that expires.

    The patient's ``consent`` for the clinic is asked each time: withdrawn, it ends the access at once.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="referrals")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(ClinicContact, on_delete=models.PROTECT, related_name="referrals")
    brief = models.ForeignKey(Brief, on_delete=models.CASCADE, related_name="referrals")
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    words = EncryptedTextField("what we write beside it")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    # Counts the renewals; a renewed one has the same link.
    renewals = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField("first opened", null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=14, choices=ReferralDecline, blank=True)
    decline_words = EncryptedTextField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    documents: "models.ManyToManyField[Document, ReferralDocument]" = models.ManyToManyField(
        Document, through="ReferralDocument", related_name="+"
    )

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "clinic"],
                condition=models.Q(revoked_at=None),
                name="one_referral_of_a_clinic",
                violation_error_code="clinic",
                violation_error_message="This clinic has the brief already.",
            ),
            models.CheckConstraint(
                condition=models.Q(declined_at=None, decline_reason="")
                | models.Q(declined_at__isnull=False) & ~models.Q(decline_reason=""),
                name="declined_referral_says_why",
                violation_error_code="decline_reason",
                violation_error_message="Say why the clinic declines.",
            ),
        ]


class ReferralDocument(models.Model):
    """A paper that a clinic may open."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="released")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "document"],
                name="paper_released_once",
                violation_error_code="document",
                violation_error_message="The clinic may open this paper already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.document_id}"


class ReferralCode(OfCase):
    """A code of six digits, mailed to the contact of a referral; made of the id of the row under a key of the server."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="codes")
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)


class ReferralMessage(OfCase):
    """A question of a clinic, or what the desk writes to it; ``written_by`` is who of the desk, nobody for the clinic."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="messages")
    body = EncryptedTextField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)

    @property
    def is_from_clinic(self) -> bool:
        """Whether the clinic wrote it."""
        return self.written_by_id is None
