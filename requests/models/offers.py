"""Offers: what a clinic answers for a case; frozen, a newer one of the clinic takes its place."""

from typing import Any

from django.conf import settings
from django.db import models

from clinics.models import Clinic
from portal.core.encryption.fields import EncryptedTextField
from requests.enums import ChoiceWay, ConsentWay, StatedBy
from requests.models.briefs import Brief
from requests.models.cases import Case, OfCase
from requests.models.referrals import Referral
from requests.offer_content import OfferContent, from_json

# What may happen to an offer: it is shown with a note, chosen, and a newer one takes its place.
CHOICE = ("chosen_at", "choice_noted_by", "choice_stated_by", "choice_way", "choice_said_on")
CHANGEABLE = frozenset({"superseded_at", "note", "note_by", "shown_at", "shown_by", *CHOICE})


class Offer(OfCase):
    """What a clinic answers for a case, in its own words, sealed; it never changes.

    ``brief`` is the version that the clinic had read. One without a ``referral`` came by phone or on paper:
    ``entered_by`` noted it, with who said it, how and on which day. ``note`` is that of ``note_by``, in the patient's language; ``shown_at`` is from when the patient sees it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="offers")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, null=True, blank=True, on_delete=models.CASCADE, related_name="offers")
    brief = models.ForeignKey(Brief, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    sealed_content = EncryptedTextField(db_column="content", help_text="JSON of requests.offer_content.")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    said_by = EncryptedTextField("who said it")
    way = models.CharField(max_length=10, choices=ConsentWay, blank=True)
    said_on = models.DateField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    note = EncryptedTextField("note for the patient")
    note_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shown_at = models.DateTimeField(null=True, blank=True)
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(null=True, blank=True)
    # Of a choice that somebody of the desk heard or read: who noted it, who said it, how and on which day.
    choice_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    choice_stated_by = models.CharField(max_length=10, choices=StatedBy, blank=True)
    choice_way = models.CharField(max_length=10, choices=ChoiceWay, blank=True)
    choice_said_on = models.DateField(null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)

    class Meta(OfCase.Meta):
        # The shorter name belongs to a table of the first release, which migration 0015 has left.
        db_table = "requests_case_offer"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "clinic"],
                condition=models.Q(superseded_at=None),
                name="one_standing_offer_of_a_clinic",
                violation_error_code="clinic",
                violation_error_message="Another offer of this clinic stands already.",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(chosen_at__isnull=False, superseded_at=None),
                name="one_chosen_offer",
                violation_error_code="chosen_at",
                violation_error_message="Another offer is chosen already.",
            ),
            models.CheckConstraint(
                condition=models.Q(entered_by=None, way="", said_on=None, referral__isnull=False)
                | (models.Q(entered_by__isnull=False, said_on__isnull=False) & ~models.Q(way="")),
                name="entered_offer_says_how",
                violation_error_code="way",
                violation_error_message="Say how the offer came, and on which day.",
            ),
            models.CheckConstraint(
                condition=models.Q(choice_noted_by=None, choice_stated_by="", choice_way="", choice_said_on=None)
                | (
                    models.Q(chosen_at__isnull=False, choice_noted_by__isnull=False, choice_said_on__isnull=False)
                    & ~models.Q(choice_way="")
                    & ~models.Q(choice_stated_by="")
                ),
                name="noted_choice_says_how",
                violation_error_code="choice_way",
                violation_error_message="Say how the patient chose it, and on which day.",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse with ``TypeError`` to change what a clinic said."""
        if not self._state.adding and not set(kwargs.get("update_fields") or ("everything",)) <= CHANGEABLE:
            raise TypeError("An offer never changes; a newer one of the clinic takes its place.")
        super().save(*args, **kwargs)

    @property
    def content(self) -> OfferContent:
        """What it says."""
        return from_json(self.sealed_content)

    @content.setter
    def content(self, content: OfferContent) -> None:
        self.sealed_content = content.to_json()
