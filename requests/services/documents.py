"""Papers of a case: how they come, how they go, and what the desk makes of them."""

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core import files
from portal.core.delivery import long_work
from portal.core.encryption.parts import PART
from portal.core.encryption.primitives import seal, unseal
from portal.core.inspection import HEAD_BYTES, Inspection, Refused, first_look, inspect
from requests.enums import ActorKind, DocumentState, EventKind
from requests.models import Case, Document, TaskKind
from requests.models.documents import series_in
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, document_parts, effects, form_tokens, holds, tasks
from requests.services.audit import Actor
from requests.services.messages import NotARequest

log = logging.getLogger(__name__)

S = DocumentState
# The task of the desk that papers set off, and the patient's that asks for them.
REVIEW, PAPERS = "review-papers", "papers"
NAME_LENGTH = 200
TO_LOOK_AT = (S.UPLOADED, S.IN_REVIEW)


class DocumentRefused(Exception):
    """A file that is not taken; the text says why, for who sends it."""


class WrongPlace(Exception):
    """A part that is not the next one; ``offset`` is where the paper goes on."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


# ── How they come ────────────────────────────────────────────────────────────────────────────


def begin(
    *, case: Case, name: str, size: int = 0, need: str = "", by: User | None = None, form_token: str = ""
) -> tuple[Document, bool]:
    """Make room for a paper; True when it is new, and not the one that the same form made.

    Without a ``size`` in bytes it comes in one piece. ``by`` is the coordinator who adds it, None for the patient.
    Raises ``DocumentRefused``, ``NotARequest`` or ``PermissionDenied``.
    """
    if by is not None:
        check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        _check_case(locked)
        key = form_tokens.key(locked.pk, form_token, name) if form_token else None
        known = Document.objects.filter(form_token=key).first() if key else None
        if known is not None:
            return known, False
        _check_room(locked, size)
        document = Document(case=locked, name=name[-NAME_LENGTH:], need=need, size=size, added_by=by, form_token=key)
        document.save(force_insert=True)
    return document, True


def _check_case(case: Case) -> None:
    if case.is_spam:
        raise NotARequest
    if case.has_died:
        raise DocumentRefused(_("This case has ended. No paper is needed any more."))


def _check_room(case: Case, size: int) -> None:
    """Raise ``DocumentRefused`` when a file is too long, or when there are too many in a case or on a day."""
    if size > longest():
        raise DocumentRefused(too_long())
    there = Document.objects.filter(case=case, removed_at=None)
    used = there.aggregate(bytes=Sum("size"))["bytes"] or 0
    if there.count() >= settings.DOCUMENTS_OF_CASE or used + size > settings.DOCUMENT_BYTES_OF_CASE:
        raise DocumentRefused(
            _("There is no room for more: a case holds %(number)s files, %(size)s together. Write to us.")
            % {"number": settings.DOCUMENTS_OF_CASE, "size": filesizeformat(settings.DOCUMENT_BYTES_OF_CASE)}
        )
    # Removed ones count too: the limit is for the machine, and whoever removes files could go on forever.
    today = Document.objects.filter(case=case, created_at__gt=timezone.now() - timedelta(days=1))
    if (today.aggregate(bytes=Sum("size"))["bytes"] or 0) + size > settings.DOCUMENT_BYTES_A_DAY:
        raise DocumentRefused(
            _("That is enough for today: within a day we take %(size)s. Send the rest tomorrow, or write to us.")
            % {"size": filesizeformat(settings.DOCUMENT_BYTES_A_DAY)}
        )


def too_long() -> str:
    """Say how long a file may be."""
    return _("This file is too big. One file may have up to %(size)s.") % {"size": filesizeformat(longest())}


def longest() -> int:
    """Return how many bytes a paper of any kind may have."""
    return max(int(size) for size in settings.DOCUMENT_MAX_BYTES.values())


def check_beginning(document: Document, head: bytes, size: int) -> None:
    """Raise ``DocumentRefused`` when the first bytes of a file say that it is none that we take."""
    if reason := first_look(head[:HEAD_BYTES], document.name, size):
        raise DocumentRefused(str(reason.label))


def take_part(*, document: Document, offset: int, plain: bytes) -> int:
    """Store the next part of a paper and return how many of its bytes are here; the last one completes it.

    Raises ``WrongPlace`` when another part is the next, or when this one has not the length that it must have, and
    ``DocumentRefused``.
    """
    at = document.offset
    if offset != at or len(plain) != min(PART, document.size - at) or document.removed_at is not None:
        raise WrongPlace(at)
    # Without a byte left, only the end was missed: the one before it was killed.
    if plain:
        if not at:
            check_beginning(document, plain, document.size)
        is_last = at + len(plain) == document.size
        with transaction.atomic():
            locked = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
            if locked.offset != at:
                raise WrongPlace(locked.offset)
            document_parts.write(document, at // PART, plain, is_last=is_last)
    if at + len(plain) == document.size:
        finish(document)
    return at + len(plain)


def finish(document: Document) -> None:
    """Note that a paper is here, with its size: the desk has a task, and a hold ends."""
    with transaction.atomic():
        locked = clock.lock(document.case)
        if not Document.objects.filter(pk=document.pk, received_at=None).exists():
            return
        document.received_at = timezone.now()
        document.save(update_fields=["size", "received_at"])
        by: Actor = document.added_by or ActorKind.PATIENT
        audit.record(locked, EventKind.DOCUMENT_ADDED, by=by, object_id=document.pk)
        effects.add(locked, [effects.owed(locked, effects.CHECK_DOCUMENT, document.pk)])
        if isinstance(by, User):
            return
        holds.resume(case=locked, by=ActorKind.PATIENT)
        if not locked.tasks.open().filter(kind__code=REVIEW).exists():
            tasks.follow(locked, REVIEW, by=ActorKind.PATIENT)
        if not locked.is_open:
            # The queue shows an ended case only while its patient waits.
            clock.start(locked, document.received_at)
            locked.save(update_fields=clock.FIELDS)


def chunks(document: Document) -> Iterator[bytes]:
    """Return the bytes of a paper, part by part."""
    for number, file in document.parts.values_list("number", "file"):
        yield document_parts.read(document, number, file)


# ── How they are checked ─────────────────────────────────────────────────────────────────────


def check(document: Document, work: long_work.Work) -> None:
    """Find out what a paper is, by parsers in a limited process, and keep its SHA-256 and its preview.

    What is refused loses its bytes, and its sentence stands in the list of the patient.
    """
    work.progress(0, document.size)
    digest = hashlib.sha256()
    done = 0
    for part in chunks(document):
        digest.update(part)
        done += len(part)
        work.progress(done // 2, document.size)
    found: Inspection | Refused
    try:
        found = inspect(io.BufferedReader(document_parts.Reader(document)), document.size)
    except Refused as refused:
        found = refused
    with transaction.atomic():
        locked = clock.lock(document.case)
        fresh = Document.objects.select_related("case").get(pk=document.pk)
        if fresh.removed_at is not None or fresh.checked_at is not None:
            return
        fresh.checked_at, fresh.sha256 = timezone.now(), digest.hexdigest()
        if isinstance(found, Inspection):
            _keep_findings(fresh, found)
        elif not found.reason.is_for_a_person:
            fresh.refused, fresh.state = found.reason.value, S.REJECTED
            _drop_bytes(fresh)
        fresh.save()
        if fresh.refused:
            audit.record(locked, EventKind.DOCUMENT_JUDGED, by=ActorKind.SYSTEM, object_id=fresh.pk)
            _finish_review(locked, ActorKind.SYSTEM)


def _keep_findings(document: Document, found: Inspection) -> None:
    document.kind = found.kind
    words = {
        "pages": found.pages,
        "images": found.images,
        "modality": found.modality,
        "body_part": found.body_part,
        "study_date": found.study_date.isoformat() if found.study_date else "",
        "name": found.name_in_header,
        "left_out": found.left_out,
        "has_programs": found.has_programs,
    }
    if found.series:
        # With the name: images of two people are never one paper, whatever their headers say else.
        document.series = f"{found.series} {found.name_in_header}"
        document.instance_number = found.instance
    document.findings = json.dumps({name: value for name, value in words.items() if value})
    if found.preview:
        document.preview = files.write(seal(document.data_key(), found.preview, _preview_place(document)))


def read_preview(document: Document) -> bytes:
    """Return the picture of a paper, a JPEG; raises ``FileNotFoundError`` or ``DecryptionError``."""
    return unseal(document.data_key(), files.read(document.preview), _preview_place(document))


def _preview_place(document: Document) -> str:
    return f"document-preview:{document.pk}"


# ── How they go ──────────────────────────────────────────────────────────────────────────────


def discard(document: Document) -> None:
    """Delete a paper that never came whole, with what came of it."""
    names = list(document.parts.values_list("file", flat=True))
    document.delete()
    _delete(names)


def remove(*, document: Document, by: Actor) -> None:
    """Take a paper back: its bytes, name and reason are deleted, the row says that there was one.

    Of a series all images go. Patients may until the desk has looked at it; of a series, those that nobody looked at.
    Raises ``DocumentRefused`` or ``PermissionDenied``.
    """
    if isinstance(by, User):
        check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(document.case)
        fresh = Document.objects.select_related("case").get(pk=document.pk)
        if fresh.removed_at is not None:
            return
        if not isinstance(by, User) and not fresh.can_be_removed:
            raise DocumentRefused(_("We are looking at this paper already. Write to us if it should be removed."))
        for image in _series(fresh):
            if isinstance(by, User) or image.can_be_removed:
                _forget(image)
        audit.record(locked, EventKind.DOCUMENT_REMOVED, by=by, object_id=fresh.pk)
        _finish_review(locked, by)


def _series(document: Document) -> list[Document]:
    """Return a paper that is here with the other images of its series, in their order."""
    return list(Document.objects.of_series(document).select_related("case"))


def _forget(document: Document) -> None:
    document.removed_at = timezone.now()
    document.name = document.reason = document.sha256 = document.findings = document.series = ""
    _drop_bytes(document)
    document.save()


def _drop_bytes(document: Document) -> None:
    """Delete the parts and the preview of a paper of a locked case; the caller saves it."""
    names = [*document.parts.values_list("file", flat=True), *filter(None, [document.preview])]
    document.parts.all().delete()
    document.preview = ""
    # Only what is committed is gone: a file that nobody names any more is better than a name without its file.
    transaction.on_commit(lambda: _delete(names))


def _delete(names: list[str]) -> None:
    for name in names:
        try:
            files.delete(name)
        except OSError:
            log.warning("A private file without an owner is left in the store: %s", name)


# ── What the desk makes of them ──────────────────────────────────────────────────────────────


def look_at(document: Document, *, by: User) -> None:
    """Note that somebody of the desk opens a paper, or a series: from then on its sender cannot take it back."""
    check_can_work_cases(by)
    images = Document.objects.of_series(document).order_by().values("pk")
    Document.objects.filter(pk__in=images, state=S.UPLOADED).update(state=S.IN_REVIEW)


def judge(*, document: Document, state: str, reason: str, by: User, form_token: str) -> None:
    """Say whether a paper can be used; one that cannot needs a reason, and the patient is asked for another.

    Of a series it is said of every image.
    Raises ``DocumentRefused``, ``tasks.TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(document.case)
        fresh = Document.objects.select_related("case").get(pk=document.pk)
        if fresh.removed_at is not None:
            raise DocumentRefused(pgettext("desk", "This paper was removed meanwhile."))
        if fresh.refused:
            raise DocumentRefused(fresh.refusal)
        if state == S.REJECTED and not reason.strip():
            raise DocumentRefused(pgettext("desk", "Say what is wrong with the paper: the patient reads it."))
        images = _series(fresh)
        changed = [image for image in images if (image.state, image.reason) != (state, reason)]
        if not changed:
            return
        Document.objects.filter(pk__in=[image.pk for image in changed]).update(state=state)
        for image in changed:
            if image.reason != reason:
                image.reason = reason
                image.save(update_fields=["reason"])
        audit.record(locked, EventKind.DOCUMENT_JUDGED, by=by, object_id=fresh.pk)
        if state == S.REJECTED:
            _ask_for_another(locked, series_in(images)[0], reason, by=by, form_token=form_token)
        _finish_review(locked, by)


def _ask_for_another(locked: Case, document: Document, reason: str, *, by: User, form_token: str) -> None:
    kind = TaskKind.objects.get(code=PAPERS)
    with translation.override(locked.language):  # the patient reads it
        title = document.title
    columns: dict[str, Any] = {"details": f"{title}: {reason}", "due_at": None}
    tasks.ask(case=locked, kind=kind, by=by, form_token=form_tokens.key(form_token, document.pk), **columns)


def note_name_asked(*, document: Document, by: User) -> None:
    """Note that a colleague asked about the name in the images, which is another, and that they are the patient's."""
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(document.case)
        images = Document.objects.of_series(document).order_by().values("pk")
        to_note = Document.objects.filter(pk__in=images, name_asked_at=None)
        if to_note.update(name_asked_by=by, name_asked_at=timezone.now()):
            audit.record(locked, EventKind.NAME_ASKED, by=by, object_id=document.pk)


def _finish_review(locked: Case, by: Actor) -> None:
    """End the task of the desk in a locked case when no paper waits to be looked at."""
    if Document.objects.here().to_look_at().filter(case=locked).exists():
        return
    for task in locked.tasks.open().filter(kind__code=REVIEW):
        tasks.finish_locked(locked, task, by=by)
