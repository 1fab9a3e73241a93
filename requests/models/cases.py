"""Model of a case, and the base of its parts that hold sealed text."""

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinics.models import CareAssistant, Clinic, Doctor
from conditions.models import Condition, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.fields import EncryptedTextField, KeyedHashField, KeyedWordsField
from portal.core.encryption.primitives import new_wrapped_key, unwrap
from portal.core.localisation.phones import national_number
from portal.core.localisation.zones import told_in
from portal.core.worktime import team_today
from requests.enums import CallChannel, Channel, ForWhom, Outcome, Source, Status, Turn
from requests.models.end_reasons import EndReason
from requests.models.packages import SupportPackage
from requests.workflow import ACCEPTED_ON, HOLDABLE, OPEN, TURNS

if TYPE_CHECKING:
    from requests.models.consents import Consent

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Return a random reference ``MR-XXXX-XXXX`` from an alphabet without look-alikes."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"MR-{letters[:4]}-{letters[4:]}"


# What the desk works on: open cases, and every case in which the patient waits for an answer.
CURRENT = models.Q(status__in=OPEN) | models.Q(waiting_since__isnull=False)


def overdue(now: Any = None) -> models.Q:
    """Return the condition of an overdue case, the only one there is: an answer was promised by before now."""
    return models.Q(answer_by__lt=now or timezone.now())


def on_hold(today: Any = None) -> models.Q:
    """Return the condition of a case that waits for a day that is not here yet; ``today`` is the team's."""
    return models.Q(on_hold_until__gt=today or team_today())


def of_colleague(user: Any) -> models.Q:
    """Return the condition of a case that a colleague (or the key of one) owns, alone or as the second."""
    return models.Q(owner=user) | models.Q(second_owner=user)


def unowned(case: str = "") -> models.Q:
    """Return the condition of a case that nobody owns, or somebody who works no cases any more.

    ``case`` is the path to the case, for a row that belongs to one.
    """
    workers = User.objects.active_in(Role.COORDINATOR, Role.LEAD).order_by().values("pk")
    return ~models.Q(**{f"{case}owner__in": workers})


def sees_all_cases(user: User) -> bool:
    """Whether somebody who works cases sees those of colleagues too."""
    return not settings.CASES_OWN_ONLY or user.has_role(Role.LEAD)


def visible_to(user: User, case: str = "") -> models.Q:
    """Return the condition of a case that somebody who works cases sees: every one, or their own and unowned ones.

    ``case`` is the path to the case, for a row that belongs to one.
    """
    return models.Q() if sees_all_cases(user) else own_or_unowned(user, case)


def own_or_unowned(user: Any, case: str = "") -> models.Q:
    """Return the condition of a case that a colleague (or the key of one) owns, or that nobody owns."""
    return models.Q(**{f"{case}owner": user}) | models.Q(**{f"{case}second_owner": user}) | unowned(case)


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases."""

    def visible_to(self, user: User) -> "CaseQuerySet":
        """Cases that somebody who works cases sees."""
        return self.filter(visible_to(user))

    def open(self) -> "CaseQuerySet":
        """Cases that are not ended."""
        return self.filter(status__in=OPEN)

    def current(self) -> "CaseQuerySet":
        """Open cases that are not on hold, and ended ones in which the patient waits for an answer."""
        return self.filter(CURRENT).exclude(on_hold())

    def on_hold(self) -> "CaseQuerySet":
        """Cases that wait for a day that is not here yet."""
        return self.filter(on_hold())

    def waiting(self) -> "CaseQuerySet":
        """Cases in which the patient waits for an answer, whatever their state."""
        return self.filter(waiting_since__isnull=False)

    def overdue(self) -> "CaseQuerySet":
        """Cases in which an answer was promised by before now, whatever their state."""
        return self.filter(overdue())

    def unowned(self) -> "CaseQuerySet":
        """Current cases that nobody has taken, or whose owner works no cases any more."""
        return self.current().filter(unowned())

    def to_check(self) -> "CaseQuerySet":
        """Open cases in quarantine: they look like a robot's until a person says otherwise."""
        return self.open().filter(is_quarantined=True)


# Whom we owe an answer soonest comes first, then the newest cases.
URGENCY = (models.F("answer_by").asc(nulls_last=True), "-created_at")


class Case(models.Model):
    """What the desk works on: a person's way from the first question to home.

    Names, contacts and free text are encrypted under the key of the case; destroying ``wrapped_key``
    makes them unreadable for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    # The column keeps the name that the release before reads.
    wrapped_key = models.BinaryField(db_column="sealed_key", default=new_wrapped_key)
    # The token of the form for its first contact, a hash of token and contact for every other (decision 0032).
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)

    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    end_reason = models.ForeignKey(EndReason, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    is_quarantined = models.BooleanField("quarantined", default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    # Who sees to the journey beside the owner. Patients are told of the owner alone, and so is the desk of what comes in.
    second_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="second_cases"
    )
    # The patient's own, when she took the case into it; the owner above is one of us.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="own_cases"
    )
    mails_held_until = models.DateTimeField("its mails leave by themselves", null=True, blank=True)
    waiting_since = models.DateTimeField("the patient waits since", null=True, blank=True)
    answer_by = models.DateTimeField("we answer by", null=True, blank=True)
    answered_at = models.DateTimeField("first answered", null=True, blank=True)
    on_hold_until = models.DateField(null=True, blank=True)
    on_hold_reason = EncryptedTextField()
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    source = models.CharField("how it reached us", max_length=10, choices=Source, default=Source.WEB)
    for_whom = models.CharField(max_length=12, choices=ForWhom)
    name = EncryptedTextField(help_text="Who wrote.")
    patient_name = EncryptedTextField(help_text="Empty until asked when the writer is somebody else.")
    # Whole words of both names, for the search of the desk; `manage.py rehash` fills them for older cases.
    name_hashes = KeyedWordsField(source="name", db_default="")
    patient_name_hashes = KeyedWordsField(source="patient_name", db_default="")
    email = EncryptedTextField(help_text="Empty for a case by hand of somebody who has none.")
    email_hash = KeyedHashField(source="email")
    phone = EncryptedTextField()
    phone_hash = KeyedHashField(source="phone")
    # A number is read out in many ways; each end of what was read out is compared with this part of it.
    national_phone_hash = KeyedHashField(source="phone", part=national_number)
    channel = models.CharField(max_length=10, choices=Channel)
    best_time = EncryptedTextField()
    country = models.CharField("country (ISO 3166-1)", max_length=2)
    language = models.CharField("language of the site", max_length=10)
    speak = models.CharField("language to speak (ISO 639)", max_length=3)
    time_zone = models.CharField(max_length=40, blank=True)

    condition = models.ForeignKey(Condition, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    clinic = models.ForeignKey(Clinic, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    package = models.ForeignKey(SupportPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="cases")
    shortlist = models.ManyToManyField(Clinic, blank=True, related_name="shortlisted_in")
    doctor = models.ForeignKey(Doctor, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    care_assistant = models.ForeignKey(
        CareAssistant, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )

    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField("link first opened", null=True, blank=True)
    email_refused_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # A consent without which no case is worked on was taken back, and not given again: everything stops.
    consent_withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-created_at"]
        indexes = [
            # The columns behind the order find the pages of the desk and answer its counts from the indexes alone.
            models.Index(fields=["answer_by", "-created_at", "status", "id"], name="case_queue"),
            models.Index(
                fields=[
                    "answer_by",
                    "-created_at",
                    "status",
                    "owner",
                    "second_owner",
                    "is_quarantined",
                    "waiting_since",
                    "on_hold_until",
                    # What a colleague may filter by besides (``selectors.queue.FILTERS``).
                    "country",
                    "speak",
                    "source",
                    "condition",
                    "package",
                    "id",
                ],
                condition=CURRENT,
                name="case_current",
            ),
            models.Index(
                fields=["mails_held_until"],
                condition=models.Q(mails_held_until__isnull=False),
                name="case_mails_held",
            ),
            models.Index(fields=["email_hash", "created_at"], name="case_of_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="closed") | ~models.Q(outcome=""),
                name="closed_case_has_outcome",
                violation_error_code="outcome",
                violation_error_message="Say how the case ended.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="duplicate") | models.Q(merged_into__isnull=False),
                name="duplicate_case_is_merged",
                violation_error_code="merged_into",
                violation_error_message="Enter the reference of the case that this one joins.",
            ),
            models.CheckConstraint(
                condition=models.Q(waiting_since__isnull=True, answer_by__isnull=True)
                | models.Q(waiting_since__isnull=False, answer_by__isnull=False),
                name="who_waits_has_an_answer_by",
                violation_error_code="answer_by",
                violation_error_message="A patient who waits is promised an answer by a time.",
            ),
            models.CheckConstraint(
                condition=models.Q(on_hold_until=None) | models.Q(status__in=HOLDABLE, waiting_since=None),
                name="case_on_hold_can_wait",
                violation_error_code="on_hold_until",
                violation_error_message="Only a case whose patient waits for nothing, and whose plan stands, can be on hold.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("requests:case", args=[self.reference])

    def data_key(self) -> bytes:
        """Return the key that this case's values are encrypted under; raises ``DecryptionError``."""
        return self._data_key

    @cached_property
    def _data_key(self) -> bytes:
        return unwrap(bytes(self.wrapped_key))

    @property
    def living(self) -> "Case":
        """The case in which this one goes on: itself, unless it was merged into another."""
        case, seen = self, {self.pk}
        while case.status == Status.DUPLICATE and case.merged_into is not None and case.merged_into_id not in seen:
            case = case.merged_into
            seen.add(case.pk)
        return case

    def whole(self) -> list["Case"]:
        """Return this case and every one that was merged into it, or into one of those; each keeps its rows.

        A merged one that was erased is left out: nothing of it opens any more.
        """
        found = newest = [self]
        while newest:
            merged = Case.objects.filter(merged_into__in=newest, status=Status.DUPLICATE).order_by("created_at")
            newest = list(merged.exclude(pk__in=[case.pk for case in found]).exclude(wrapped_key=b""))
            found = [*found, *newest]
        return found

    @property
    def is_erased(self) -> bool:
        """Whether the key of its texts was destroyed."""
        return not self.wrapped_key

    @property
    def turn(self) -> Turn:
        """Who acts next; we, while a consent is taken back: the patient is owed a word."""
        if self.consent_withdrawn_at is not None and self.is_open:
            return Turn.US
        return Turn.NOBODY if self.is_on_hold else TURNS[Status(self.status)]

    @property
    def zones(self) -> tuple[str, ...]:
        """The time zones in which a moment is told to the patient, their own first."""
        return told_in(self.time_zone, self.country)

    @property
    def both_zones(self) -> tuple[str, ...]:
        """The patient's zones and ours, for a time at which two have to meet."""
        return tuple(dict.fromkeys((*self.zones, settings.TEAM_TIME_ZONE)))

    @property
    def call_channel(self) -> CallChannel:
        """By what we call the patient: the way that they prefer, if one can call by it."""
        return CallChannel(self.channel) if self.channel in CallChannel else CallChannel.PHONE

    @property
    def is_open(self) -> bool:
        """Whether the case is not ended."""
        return self.status in OPEN

    @property
    def has_accepted(self) -> bool:
        """Whether the patient said yes to an estimate, and is on the way from there to the day home."""
        return self.status in ACCEPTED_ON

    @property
    def is_current(self) -> bool:
        """Whether the case is open, or its patient waits for an answer; the same as ``CURRENT``."""
        return self.is_open or self.waiting_since is not None

    @property
    def is_on_hold(self) -> bool:
        """Whether the case waits for a day that is not here yet."""
        return self.on_hold_until is not None and self.on_hold_until > team_today()

    @property
    def is_spam(self) -> bool:
        """Whether the desk could not read this as a request."""
        return self.status == Status.SPAM

    @property
    def has_died(self) -> bool:
        """Whether the patient died, so that no mail of the case leaves any more."""
        return self.outcome == Outcome.DIED

    @property
    def is_overdue(self) -> bool:
        """Whether an answer was promised by before now; the same as ``CaseQuerySet.overdue``."""
        return self.answer_by is not None and self.answer_by < timezone.now()

    @property
    def has_email(self) -> bool:
        """Whether mails can reach the patient; true of a saved row, without opening its address."""
        return bool(self.email_hash)

    @property
    def spoken_consent(self) -> "Consent | None":
        """The consent that was given by voice, if this is a case by hand."""
        return None if self.source == Source.WEB else self.consents.exclude(heard_by=None).first()

    @property
    def holds_mails(self) -> bool:
        """Whether its automatic mails to the patient wait."""
        return self.is_quarantined or self.mails_held_until is not None


class OfCase(models.Model):
    """A part of a case that holds encrypted text under the key of the case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of {self.case_id}"

    def data_key(self) -> bytes:
        """Return the key of the case; raises ``DecryptionError``."""
        return self.case.data_key()
