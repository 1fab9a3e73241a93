"""Papers of a case: what patients and coordinators send as files."""

import json
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField, KeyedHashField
from portal.core.encryption.parts import PART
from portal.core.inspection import Kind, Reason, study_in_words
from requests.enums import HELD_BACK, DocumentState, RetentionKind, VirusScan
from requests.models.cases import Case, OfCase
from requests.models.retention import RetentionRule

# Nobody of the desk has said whether they can be used.
TO_LOOK_AT = (DocumentState.UPLOADED, DocumentState.IN_REVIEW)


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of papers."""

    def here(self) -> "DocumentQuerySet":
        """Papers that came whole and were not removed."""
        return self.filter(removed_at=None).exclude(received_at=None)

    def to_look_at(self) -> "DocumentQuerySet":
        """Papers of which nobody of the desk has said whether they can be used, or whether they may be opened."""
        is_new = models.Q(state__in=TO_LOOK_AT)
        is_for_a_person = models.Q(virus_scan=VirusScan.SUSPICIOUS) & ~models.Q(state=DocumentState.REJECTED)
        return self.filter(is_new | is_for_a_person)

    def unscanned(self) -> "DocumentQuerySet":
        """Papers that are here and of which the virus scanner has said nothing, whether they wait for it or not."""
        return self.here().filter(refused="", virus_scan__in=("", VirusScan.WAITING))

    def waiting_for_scan(self) -> "DocumentQuerySet":
        """Papers that nobody can open before the virus scanner has answered."""
        return self.unscanned().filter(virus_scan=VirusScan.WAITING)

    def originals(self) -> "DocumentQuerySet":
        """Papers that are no translation of another; each has its translations that are here as ``translated_as``."""
        translations = models.Prefetch(
            "translations",
            Document.objects.here().filter(refused="").select_related("case").order_by("created_at"),
            to_attr="translated_as",
        )
        return self.filter(translation_of=None).prefetch_related(translations)

    def arriving(self) -> "DocumentQuerySet":
        """Papers of which parts are missing, and whose size is known, so that their sending can go on."""
        return self.filter(removed_at=None, received_at=None, size__gt=0)

    def of_series(self, document: "Document") -> "DocumentQuerySet":
        """A paper that is here, with the other images of its series in the same case, in their order."""
        own = models.Q(pk=document.pk)
        if document.series_hash:
            own |= models.Q(case_id=document.case_id, series_hash=document.series_hash)
        return self.here().filter(own).order_by("instance_number", "created_at")


class Document(OfCase):
    """A file of a case, kept in sealed parts; ``size`` in bytes is 0 while a plain form still sends it.

    ``need`` is the item of the checklist that it is for, or ``DISCHARGE``, empty when nobody said. A translation has
    none: it goes with its original. A removed one keeps its row, without parts, name and reason.

    Medical images that were sent one by one are one paper for people, by their series: see ``series_in`` and
    ``DocumentQuerySet.of_series``. Nothing in them is to be translated.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    need = models.SlugField("item of the checklist", blank=True)
    translation_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="translations",
        help_text="The paper that it says in another language.",
    )
    language = models.CharField("written in (ISO 639)", max_length=3, blank=True, default="", db_default="")
    name = EncryptedTextField(help_text="As the sender's device calls it.")
    size = models.BigIntegerField(default=0)
    sha256 = EncryptedTextField(help_text="SHA-256 of its bytes, 64 hex digits.")
    sha256_hash = KeyedHashField(source="sha256")
    state = models.CharField(max_length=12, choices=DocumentState, default=DocumentState.UPLOADED)
    reason = EncryptedTextField(help_text="What is wrong with it, as the patient reads it.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The coordinator who added it; the patient's own have none.",
    )
    # Hash of the token of the form and of the place in it, once it is here, so that a double click brings it once.
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # What inspection found: the kind (portal.core.inspection.Kind) with what its parser read, or why it is refused.
    kind = models.CharField(max_length=10, blank=True)
    findings = EncryptedTextField(help_text="JSON; nothing in it where nothing was found.")
    refused = models.CharField(max_length=20, blank=True)
    # What the virus scanner said, and the colleague who released a paper that it could not vouch for, with the reason.
    virus_scan = models.CharField(max_length=10, choices=VirusScan, blank=True, default="", db_default="")
    virus_name = models.CharField("what the virus scanner found", max_length=200, blank=True, default="", db_default="")
    scanned_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    release_reason = EncryptedTextField(db_default=b"", help_text="Why it may be opened all the same.")
    preview = models.CharField("private file of its picture", max_length=64, blank=True)
    series = EncryptedTextField(
        db_default=b"", help_text="Of a medical image: the UID of its series and the name in its header."
    )
    series_hash = KeyedHashField(source="series", db_default="")
    instance_number = models.PositiveIntegerField("number in its series", null=True, blank=True)
    # That the name in it, which is not the one of the case, was asked about, and is the patient's.
    name_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name_asked_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    # How much of its check is done, from 0 to 100, where ``services.document_checks.add_progress`` has looked.
    percent: int | None = None
    # All images of the series that it stands for in a list, in their order; set by ``series_in``.
    series_images: "tuple[Document, ...]" = ()

    objects = DocumentQuerySet.as_manager()

    class Meta(OfCase.Meta):
        # The shorter name belongs to a table of the first release, which migration 0015 has left.
        db_table = "requests_document_file"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_at=None) | models.Q(size__gt=0),
                name="received_document_has_a_size",
                violation_error_code="size",
                violation_error_message="An empty file is no paper.",
            )
        ]

    def get_absolute_url(self) -> str:
        name = "requests:document_series" if self.is_series else "requests:document"
        return reverse(name, args=[self.case.reference, self.pk])

    @property
    def is_series(self) -> bool:
        """Whether it stands for several images of a series."""
        return len(self.series_images) > 1

    @property
    def middle(self) -> "Document":
        """The image of its series that shows most; itself where it stands for no series."""
        return self.series_images[len(self.series_images) // 2] if self.series_images else self

    @property
    def title(self) -> str:
        """What it is called, in the active language: a file by its name, a series by what its header says."""
        if not self.is_series:
            return str(self.name)
        found = self.found
        words = study_in_words(found.get("modality", ""), found.get("body_part", ""), self.study_date)
        return words or str(self.name)

    @property
    def study_date(self) -> date | None:
        """The day on which the medical images were made, as their header says."""
        written = self.found.get("study_date")
        return date.fromisoformat(written) if written else None

    @property
    def number_of_images(self) -> int:
        """How many pictures are in it, or in its series; 0 where nobody knows."""
        return sum(image.found.get("images", 0) for image in self.images)

    @property
    def whole_size(self) -> int:
        """Bytes of it, or of all images of its series."""
        return sum(image.size for image in self.images)

    @property
    def offset(self) -> int:
        """How many of its bytes came; those of one that was refused are gone since."""
        return self.size if self.received_at is not None else min(self.parts.count() * PART, self.size)

    @property
    def kept_until(self) -> datetime:
        """When what came of one that is not whole is deleted, unless more comes until then."""
        last = self.parts.last()
        days = timedelta(days=RetentionRule.days_of(RetentionKind.UNFINISHED_PAPERS))
        return (last.created_at if last else self.created_at) + days

    @property
    def images(self) -> "tuple[Document, ...]":
        """The images of its series; itself alone where it stands for no series."""
        return self.series_images or (self,)

    @property
    def can_be_opened(self) -> bool:
        """Whether it was checked, with all images of its series, and nothing speaks against it."""
        return not self.held_back_by and all(
            image.checked_at is not None and not image.refused for image in self.images
        )

    @property
    def held_back_by(self) -> str:
        """What the virus scanner has said of it or of an image of its series that keeps it closed, a doubt first."""
        scans = {image.virus_scan for image in self.images if not image.refused}
        if VirusScan.SUSPICIOUS in scans:
            return VirusScan.SUSPICIOUS
        # Where there is no scanner any more, nothing could ever release what waits for it.
        return VirusScan.WAITING if VirusScan.WAITING in scans and settings.CLAMD is not None else ""

    @property
    def is_held_back(self) -> bool:
        """Whether it waits for the virus scanner, or for a person where that cannot vouch for it."""
        return bool(self.held_back_by)

    @property
    def is_suspicious(self) -> bool:
        """Whether somebody of the desk has to say if it may be opened."""
        return self.held_back_by == VirusScan.SUSPICIOUS

    @property
    def held_back_because(self) -> str:
        """What its sender reads of why it cannot be opened yet, in the active language."""
        return str(HELD_BACK[VirusScan(self.held_back_by)]) if self.held_back_by else ""

    @property
    def scan_in_words(self) -> str:
        """What the virus scanner says of it, for the desk; empty where it was not asked."""
        scan = self.held_back_by or self.virus_scan
        return str(VirusScan(scan).label) if scan else ""

    @property
    def refusal(self) -> str:
        """What its sender reads of why it was refused, in the active language."""
        return str(Reason(self.refused).label) if self.refused else ""

    @property
    def kind_in_words(self) -> str:
        """What it is, in the active language; empty where nobody knows."""
        return str(Kind(self.kind).label) if self.kind else ""

    @property
    def found(self) -> dict[str, Any]:
        """What its parser read: pages, images, modality, body_part, study_date, name, kept, has_programs."""
        return json.loads(self.findings) if self.findings else {}

    @property
    def has_translation(self) -> bool:
        """Whether a translation of it is here."""
        return self.translations.here().filter(refused="").exists()

    @property
    def can_be_removed(self) -> bool:
        """Whether its sender may still take it back: nobody of the desk has looked at it."""
        return self.state == DocumentState.UPLOADED or bool(self.refused)


def series_in(documents: Iterable[Document]) -> list[Document]:
    """Return papers as people see them: one for all images of a series in a case, with them as ``series_images``.

    It is the one that somebody has to look at, if there is any; the order is that of the first image of each.
    """
    entries: dict[Any, list[Document]] = {}
    for document in documents:
        key = (document.case_id, document.series_hash) if document.series_hash else document.pk
        entries.setdefault(key, []).append(document)
    return [_standing_for(images) for images in entries.values()]


def _standing_for(images: list[Document]) -> Document:
    states = list(DocumentState)
    chosen = min(images, key=lambda image: (states.index(DocumentState(image.state)), image.created_at))
    chosen.series_images = tuple(sorted(images, key=lambda image: (image.instance_number or 0, image.created_at)))
    return chosen


class DocumentPart(models.Model):
    """A part of a paper, 4 MiB or the rest, sealed under the key of its case in a private file."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    file = models.CharField(max_length=64)
    size = models.PositiveIntegerField(db_default=0, help_text="In bytes, before it is sealed; 0 for older ones.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"],
                name="one_part_of_a_number",
                violation_error_message="This part of the paper is here already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.number}"


class MissingPaper(models.Model):
    """An item of the checklist of which the patient said that they do not have the paper; a paper for it ends this."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="missing_papers")
    need = models.SlugField("item of the checklist")
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["said_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "need"],
                name="a_paper_is_missing_once",
                violation_error_code="need",
                violation_error_message="The patient has said already that this paper is missing.",
            )
        ]

    def __str__(self) -> str:
        return self.need
