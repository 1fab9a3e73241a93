"""Papers of a case: how they come, and how they go."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Min, OuterRef, QuerySet, Subquery, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from portal.accounts.models import User
from portal.core import files
from portal.core.content.translated_columns import CompiledQuery, parameter
from portal.core.encryption.parts import PART
from portal.core.inspection import HEAD_BYTES, first_look
from requests.enums import ActorKind, DocumentState, EventKind, VirusScan
from requests.models import Case, Document, DocumentPart, MissingPaper
from requests.permissions import check_can_work_cases
from requests.selectors.consents import check_standing
from requests.services import audit, clock, document_parts, document_tasks, effects, form_tokens, holds, tasks
from requests.services.audit import Actor
from requests.services.messages import NotARequest

log = logging.getLogger(__name__)

S = DocumentState
NAME_LENGTH = 200
IMAGES_ARE_NOT_TRANSLATED = pgettext_lazy("desk", "Medical images have nothing to translate. Their report has.")


class DocumentRefused(Exception):
    """A file that is not taken; the text says why, for who sends it."""


class WrongPlace(Exception):
    """A part that is not the next one; ``offset`` is where the paper goes on."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


# ── How they come ────────────────────────────────────────────────────────────────────────────


def begin(
    *,
    case: Case,
    name: str,
    size: int = 0,
    need: str = "",
    translation_of: Document | None = None,
    by: User | None = None,
    form_token: str = "",
) -> tuple[Document, bool]:
    """Make room for a paper; False beside the one that the same form has brought already.

    Without a ``size`` in bytes it comes in one piece, and ``finish`` wants the ``form_token`` once more. ``by`` is the
    coordinator who adds it, None for the patient. A translation belongs to the case of its original, and is accepted as
    it comes. Raises ``DocumentRefused``, ``NotARequest`` or ``PermissionDenied``.
    """
    if by is not None:
        check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        _check_case(locked)
        document = Document(case=locked, name=name[-NAME_LENGTH:], need=need, size=size, added_by=by)
        known = Document.objects.filter(form_token=_form_key(document, form_token)).first() if form_token else None
        if known is not None:
            return known, False
        _check_room(locked, size)
        if translation_of is not None:
            _check_original(translation_of)
            document.translation_of, document.state = translation_of, S.ACCEPTED
        document.save(force_insert=True)
    return document, True


def _form_key(document: Document, form_token: str) -> str:
    return form_tokens.key(document.case_id, form_token, document.name)


def _check_case(case: Case) -> None:
    if case.is_spam:
        raise NotARequest
    check_standing(case)
    if case.has_died:
        raise DocumentRefused(_("This case has ended. No paper is needed any more."))


def _check_original(document: Document) -> None:
    """Raise ``DocumentRefused`` for what cannot have a translation."""
    fresh = Document.objects.get(pk=document.pk)
    if fresh.translation_of_id is not None:
        raise DocumentRefused(pgettext("desk", "A translation has no translation. Add it to the original."))
    if fresh.series_hash:
        raise DocumentRefused(IMAGES_ARE_NOT_TRANSLATED)
    if fresh.removed_at is not None or not fresh.can_be_opened or fresh.state == S.REJECTED:
        raise DocumentRefused(
            pgettext(
                "desk", "Only a paper that was checked and can be used has a translation. Look at the paper first."
            )
        )


def _check_room(case: Case, size: int) -> None:
    """Raise ``DocumentRefused`` when a file is too long, or when there are too many in a locked case or on a day."""
    if size > longest():
        raise DocumentRefused(too_long())
    if Document.objects.filter(case=case, removed_at=None).count() >= settings.DOCUMENTS_OF_CASE:
        raise DocumentRefused(_no_room())
    _check_bytes(case, size)


def _check_bytes(case: Case, more: int) -> None:
    """Raise ``DocumentRefused`` when so many more bytes are too many for a locked case or for a day."""
    kept, today = _bytes_of(case)
    if kept + more > settings.DOCUMENT_BYTES_OF_CASE:
        raise DocumentRefused(_no_room())
    if today + more > settings.DOCUMENT_BYTES_A_DAY:
        raise DocumentRefused(
            _("That is enough for today: within a day we take %(size)s. Send the rest tomorrow, or write to us.")
            % {"size": filesizeformat(settings.DOCUMENT_BYTES_A_DAY)}
        )


def _bytes_of(case: Case) -> tuple[int, int]:
    """Add up the bytes of the papers of a case, and of those that came within a day, removed ones too.

    The limit of a day is for the machine, and whoever removes files could go on forever. Of a paper that a plain form
    still sends, what came until now counts.
    """
    [sums] = _sums().rows(case=case.pk, yesterday=timezone.now() - timedelta(days=1))
    return (sums["kept"] or 0) + (sums["kept_parts"] or 0), (sums["today"] or 0) + (sums["today_parts"] or 0)


@cache
def _sums() -> CompiledQuery:
    """Return the statement of what a case holds: each part of a form asks it, and the ORM takes longer than PostgreSQL."""
    papers = Document.objects.filter(case=OuterRef("pk")).order_by()
    parts = DocumentPart.objects.filter(document__case=OuterRef("pk"), document__size=0).order_by()
    yesterday = parameter("yesterday", DateTimeField())
    sums = {
        "kept": papers.filter(removed_at=None).values("case"),
        "today": papers.filter(created_at__gt=yesterday).values("case"),
        "kept_parts": parts.filter(document__removed_at=None).values("document__case"),
        "today_parts": parts.filter(document__created_at__gt=yesterday).values("document__case"),
    }
    columns = {name: Subquery(rows.annotate(bytes=Sum("size")).values("bytes")) for name, rows in sums.items()}
    return CompiledQuery(Case.objects.filter(pk=parameter("case", Case._meta.pk)).order_by().values(**columns))


def admit(document: Document, more: int) -> None:
    """Let in the next bytes of a paper whose size nobody knew, in the transaction that writes their row.

    It locks the case, so that forms which send at once cannot go past a limit together. Raises ``DocumentRefused``.
    """
    clock.hold(document.case)
    _check_bytes(document.case, more)


def _no_room() -> str:
    return _("There is no room for more: a case holds %(number)s files, %(size)s together. Write to us.") % {
        "number": settings.DOCUMENTS_OF_CASE,
        "size": filesizeformat(settings.DOCUMENT_BYTES_OF_CASE),
    }


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


def take_part(*, document: Document, offset: int, plain: bytes | bytearray) -> int:
    """Store the next part of a paper and return how many of its bytes are here; the last one completes it.

    Raises ``WrongPlace`` when another part is the next, or when this one has not the length that it must have, and
    ``DocumentRefused``.
    """
    with transaction.atomic():
        rows = Document.objects.select_for_update(of=("self",)).only("size", "received_at", "removed_at")
        locked = rows.filter(pk=document.pk).first()
        at = locked.offset if locked else 0
        is_next = offset == at and len(plain) == min(PART, document.size - at)
        if locked is None or locked.removed_at is not None or not is_next:
            raise WrongPlace(at)
        # Without a byte left, only the end was missed: the one before it was killed.
        if plain:
            if not at:
                check_beginning(document, bytes(plain[:HEAD_BYTES]), document.size)
            document_parts.write(document, at // PART, plain, is_last=at + len(plain) == document.size)
    if at + len(plain) == document.size:
        finish(document)
    return at + len(plain)


def finish(document: Document, *, form_token: str = "") -> None:
    """Note that a paper is here, with its size: the desk has a task and is told, and a hold ends.

    A form that was sent twice at once brings it twice; the second one is discarded here.
    """
    with transaction.atomic():
        locked = clock.lock(document.case)
        if not Document.objects.filter(pk=document.pk, received_at=None).exists():
            return
        key = _form_key(document, form_token) if form_token else None
        is_second = key is not None and Document.objects.filter(form_token=key).exists()
        if not is_second:
            document.form_token, document.received_at = key, timezone.now()
            document.virus_scan = VirusScan.WAITING if settings.CLAMD is not None else ""
            document.save(update_fields=["form_token", "size", "received_at", "virus_scan"])
            _follow_up(locked, document)
    if is_second:
        discard(document)


def _follow_up(case: Case, document: Document) -> None:
    """Set off in a locked case what a paper does that has just come."""
    by: Actor = document.added_by or ActorKind.PATIENT
    audit.record(case, EventKind.DOCUMENT_ADDED, by=by, object_id=document.pk)
    owed = [effects.CHECK_DOCUMENT, *([effects.SCAN_DOCUMENT] if document.virus_scan else [])]
    effects.add(case, [effects.owed(case, kind, document.pk) for kind in owed])
    if document.need:
        MissingPaper.objects.filter(case__in=case.whole(), need=document.need).delete()
    document_tasks.came(case.living, document, by)
    _renew_original(case, document, by)
    if isinstance(by, User):
        return
    effects.add(case, effects.for_documents(case, document))
    holds.resume(case=case, by=ActorKind.PATIENT)
    if not case.tasks.open().filter(kind__code=document_tasks.REVIEW).exists():
        tasks.follow(case, document_tasks.REVIEW, by=ActorKind.PATIENT)
    if not case.is_open:
        # The queue shows an ended case only while its patient waits.
        clock.start(case, timezone.now())
        case.save(update_fields=clock.FIELDS)


def unfinished(limit: datetime) -> QuerySet[Document]:
    """Return the papers that never came whole, and of which nothing came since a moment."""
    old = Document.objects.filter(received_at=None, removed_at=None, created_at__lt=limit)
    return old.exclude(parts__created_at__gte=limit).order_by("created_at")


def discard_unfinished(limit: datetime) -> int:
    """Delete what came of uploads with which nobody has gone on since a moment; return how many they were."""
    return sum(discard(document, idle_since=limit) for document in unfinished(limit).iterator())


def _renew_original(locked: Case, translation: Document, by: Actor) -> None:
    """Say of a paper of a locked case that it is translated, or no longer, when a translation of it came or went."""
    if translation.translation_of_id is None:
        return
    original = Document.objects.select_related("case").get(pk=translation.translation_of_id)
    state = S.TRANSLATED if original.has_translation else S.TRANSLATION_NEEDED
    if original.removed_at is not None or original.state in (S.REJECTED, state):
        return
    original.state = state
    original.save(update_fields=["state"])
    audit.record(locked, EventKind.DOCUMENT_JUDGED, by=by, object_id=original.pk)
    document_tasks.finish_review(locked, by)


def chunks(document: Document) -> Iterator[bytes]:
    """Return the bytes of a paper, part by part."""
    for number, file in document.parts.values_list("number", "file"):
        yield document_parts.read(document, number, file)


# ── How they go ──────────────────────────────────────────────────────────────────────────────


def discard(document: Document, *, idle_since: datetime | None = None) -> bool:
    """Delete a paper that never came whole, with what came of it.

    False for one that is whole by now, or has a part that is newer than ``idle_since``.
    """
    with transaction.atomic():
        # Locked, so that no part comes between the look and the deletion.
        rows = Document.objects.select_for_update(of=("self",)).filter(pk=document.pk, received_at=None)
        if rows.first() is None:
            return False
        parts = DocumentPart.objects.filter(document_id=document.pk)
        if idle_since is not None and parts.filter(created_at__gte=idle_since).exists():
            return False
        names = list(parts.values_list("file", flat=True))
        Document.objects.filter(pk=document.pk).delete()
    _delete(names)
    return True


def remove(*, document: Document, by: Actor) -> None:
    """Take a paper back: its bytes, name and reason are deleted, the row says that there was one.

    Its translations go with it; without its last translation, an original needs one again. Of a series all images go.
    Patients may until the desk has looked at it; of a series, those that nobody looked at. Raises ``DocumentRefused``
    or ``PermissionDenied``.
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
        images = Document.objects.of_series(fresh)
        # What asked for a series was done when its first image came.
        fresh.received_at = images.aggregate(first=Min("received_at"))["first"]
        for image in images.select_related("case"):
            if isinstance(by, User) or image.can_be_removed:
                _forget(image)
        audit.record(locked, EventKind.DOCUMENT_REMOVED, by=by, object_id=fresh.pk)
        for translation in fresh.translations.filter(removed_at=None).select_related("case"):
            _forget(translation)
            audit.record(locked, EventKind.DOCUMENT_REMOVED, by=by, object_id=translation.pk)
        is_lost(locked, fresh, by)


def _forget(document: Document) -> None:
    document.removed_at = timezone.now()
    for column in ("name", "reason", "sha256", "findings", "series", "release_reason"):
        setattr(document, column, "")
    drop_bytes(document)
    document.save()


def is_lost(locked: Case, document: Document, by: Actor) -> None:
    """Draw in a locked case what follows when a paper is no longer here."""
    document_tasks.gone(locked.living, document, by)
    _renew_original(locked, document, by)
    document_tasks.finish_review(locked, by)


def drop_bytes(document: Document) -> None:
    """Delete the parts and the preview of a paper of a locked case; the caller saves it."""
    names = [*document.parts.values_list("file", flat=True), *filter(None, [document.preview])]
    document.parts.all().delete()
    # The same form may bring it once more: from the page that "Back" shows.
    document.preview, document.form_token = "", None
    # Only what is committed is gone: a file that nobody names any more is better than a name without its file.
    transaction.on_commit(lambda: _delete(names))


def _delete(names: list[str]) -> None:
    for name in names:
        try:
            files.delete(name)
        except OSError:
            log.warning("A private file without an owner is left in the store: %s", name)
