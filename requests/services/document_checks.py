"""Checks of papers: what each is, by parsers in a limited process, its preview, and how far a check has come."""

import hashlib
import io
import json
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from portal.core import files
from portal.core.delivery import long_work
from portal.core.encryption.primitives import seal, unseal
from portal.core.inspection import Inspection, Refused, inspect
from portal.core.models import OutboxItem
from requests.enums import ActorKind, DocumentState, EventKind
from requests.models import Document
from requests.services import audit, clock, document_parts, documents, effects

S = DocumentState


def check(document: Document, work: long_work.Work) -> None:
    """Find out what a paper is, by parsers in a limited process, and keep its SHA-256 and its preview.

    What is refused loses its bytes, and its sentence stands in the list of the patient.
    """
    work.progress(0, document.size)
    digest = hashlib.sha256()
    done = 0
    for part in documents.chunks(document):
        digest.update(part)
        done += len(part)
        work.progress(done // 2, document.size)
    outcome: Inspection | Refused
    try:
        outcome = inspect(io.BufferedReader(document_parts.Reader(document)), document.size)
    except Refused as refused:
        outcome = refused
    with transaction.atomic():
        locked = clock.lock(document.case)
        fresh = Document.objects.select_related("case").filter(pk=document.pk).first()
        # None: its case was erased in the meantime.
        if fresh is None or fresh.removed_at is not None or fresh.checked_at is not None:
            return
        fresh.checked_at, fresh.sha256 = timezone.now(), digest.hexdigest()
        if isinstance(outcome, Inspection):
            _keep_findings(fresh, outcome)
        elif not outcome.reason.is_for_a_person:
            fresh.refused, fresh.state = outcome.reason.value, S.REJECTED
            documents.drop_bytes(fresh)
        fresh.save()
        if fresh.series_hash:
            _join_series(fresh)
        if fresh.refused:
            audit.record(locked, EventKind.DOCUMENT_JUDGED, by=ActorKind.SYSTEM, object_id=fresh.pk)
            documents.is_lost(locked, fresh, ActorKind.SYSTEM)


def leave_to_a_person(document: Document) -> None:
    """Let a paper be opened that no check came to an end with: it is kept, and nobody has said what it is."""
    with transaction.atomic():
        clock.lock(document.case)
        Document.objects.here().filter(pk=document.pk, checked_at=None).update(checked_at=timezone.now())


def _keep_findings(document: Document, found: Inspection) -> None:
    document.kind = found.kind
    words = {
        "pages": found.pages,
        "images": found.images,
        "modality": found.modality,
        "body_part": found.body_part,
        "study_date": found.study_date.isoformat() if found.study_date else "",
        "name": found.name_in_header,
        "burned_in": found.burned_in,
        "kept": found.kept,
        "has_programs": found.has_programs,
    }
    if found.series:
        # With the name: images of two people are never one paper, whatever their headers say else.
        document.series = f"{found.series} {found.name_in_header}"
        document.instance_number = found.instance
    document.findings = json.dumps({name: value for name, value in words.items() if value})
    if found.preview:
        document.preview = files.write(seal(document.data_key(), found.preview, _preview_place(document)))


def _join_series(document: Document) -> None:
    """File an image of a locked case as its series is, or those of its series of which nobody said what they are."""
    others = Document.objects.of_series(document).exclude(pk=document.pk)
    if document.need:
        others.filter(need="").order_by().update(need=document.need, language=document.language)
    elif (known := others.exclude(need="").first()) is not None:
        document.need, document.language = known.need, known.language
        document.save(update_fields=["need", "language"])


def add_progress(papers: Iterable[Document]) -> list[Document]:
    """Return papers, each that is being checked with its ``percent``, as far as its check has said one."""
    rows = list(papers)
    keys = {effects.check_key(row): row for row in rows if row.checked_at is None}
    for item in OutboxItem.objects.filter(dedupe_key__in=keys):
        keys[item.dedupe_key].percent = item.percent
    return rows


def read_preview(document: Document) -> bytes:
    """Return the picture of a paper, a JPEG; raises ``FileNotFoundError`` or ``DecryptionError``."""
    return unseal(document.data_key(), files.read(document.preview), _preview_place(document))


def _preview_place(document: Document) -> str:
    return f"document-preview:{document.pk}"
