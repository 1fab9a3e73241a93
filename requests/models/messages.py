"""Messages between patient and coordinators, and internal notes."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import FACT_NAMES, Deed, Direction, Fact, Need, Question
from requests.models.cases import Case, OfCase
from requests.models.estimates import EstimateLine


class MessageQuerySet(models.QuerySet["Message"]):
    """Reads of messages."""

    def shown(self) -> "MessageQuerySet":
        """What the patient sees: nothing that can still be taken back."""
        return self.exclude(visible_from__gt=timezone.now())


class Message(OfCase):
    """A message between the patient and us; ours can be taken back until ``visible_from``, if it has that."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=12, choices=Direction)
    body = EncryptedTextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # Empty for messages of the release before: the direction of each paragraph is found from its letters.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    about = models.CharField("fact to correct", max_length=10, choices=Fact, blank=True, default="", db_default="")
    # A question about an estimate, or about the line of it with this ``order``.
    estimate = models.ForeignKey(
        "requests.Estimate",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    estimate_line = models.PositiveSmallIntegerField(null=True, blank=True)
    is_urgent = models.BooleanField("urgent", default=False, db_default=False)
    read_at = models.DateTimeField("read by the patient", null=True, blank=True)
    visible_from = models.DateTimeField("the patient sees it from", null=True, blank=True)
    # Since when the patient waited for it, so that the clock goes on when it is taken back.
    waited_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    @property
    def can_be_taken_back(self) -> bool:
        """Whether the patient was neither shown it nor told of it yet."""
        return self.visible_from is not None and self.visible_from > timezone.now()

    @property
    def about_name(self) -> str:
        """What the patient calls the fact that should be corrected."""
        return str(FACT_NAMES[Fact(self.about)])

    @property
    def line_asked_about(self) -> EstimateLine | None:
        """The line of an estimate that is asked about; None where it is the whole of it."""
        if self.estimate is None or self.estimate_line is None:
            return None
        return self.estimate.lines.filter(order=self.estimate_line).first()

    @property
    def is_unread(self) -> bool:
        """Whether it is ours, and the patient was not shown it yet."""
        return self.direction == Direction.TO_PATIENT and self.read_at is None


class Note(OfCase):
    """An internal note; a patient never sees it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    body = EncryptedTextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Looked for under the lock of the case.
    form_token = models.CharField(max_length=64, null=True, editable=False)
    # What the desk did besides: a ``Deed`` and codes, so that each reads it in a language of their own.
    deed = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)

    @property
    def deed_in_words(self) -> str:
        """What the desk did besides, in the active language; empty for most notes."""
        deed, _colon, codes = self.deed.partition(":")
        if deed == Deed.WAYS_ENDED:
            return Deed.WAYS_ENDED.label % {"asked": "; ".join(str(Question(code).label) for code in codes.split(","))}
        if deed == Deed.NEEDS_OVERRIDDEN:
            return Deed.NEEDS_OVERRIDDEN.label % {
                "facts": ", ".join(str(Need(code).label) for code in codes.split(","))
            }
        return str(Deed(deed).label) if deed else ""


class MessageDraft(OfCase):
    """What the patient has begun to write and not sent: one for each case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="message_draft")
    body = EncryptedTextField()
    saved_at = models.DateTimeField(default=timezone.now)
