"""Papers and the virus scanner: asked about each, held back until it has answered, released by a person."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core import virus_scanner
from portal.core.delivery import long_work, outbox
from portal.core.inspection import Reason
from portal.core.models import OutboxItem
from portal.core.virus_scanner import Verdict
from requests.enums import ActorKind, DocumentState, EventKind, VirusScan
from requests.models import Case, Document
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, document_tasks, documents, effects, tasks

log = logging.getLogger(__name__)

# Until a scanner that is away is asked again, for all papers; and until it is asked again about one paper alone.
AWAY_PAUSE, NO_VERDICT_PAUSE = timedelta(minutes=1), timedelta(minutes=5)
# Inspections that wait for the same worker go first; a scan under way gives way to them when it has lasted longer than
# this, and a second for so many bytes: a scanner in health is far quicker.
CHECKS_PAUSE = timedelta(seconds=5)
PATIENCE_SECONDS, PATIENT_BYTES = 30, 10_000_000
# Papers of the time without a scanner that are owed a scan at once: new ones wait behind no more than these.
CATCHING_UP = 50


class ReleaseRefused(Exception):
    """A paper is not released; the text says why, for the desk."""


def scan(document: Document, work: long_work.Work) -> None:
    """Ask the virus scanner about a paper and keep what it says.

    Raises ``outbox.Later`` while nobody can tell: such a row is never given up, however long that takes.
    """
    _let_checks_go_first()
    begun, patience = time.monotonic(), PATIENCE_SECONDS + document.size / PATIENT_BYTES

    def go_on(done: int) -> None:
        work.progress(done, document.size)
        if time.monotonic() - begun > patience:
            _let_checks_go_first()

    def pieces() -> Iterator[bytes]:
        sent = 0
        for part in documents.chunks(document):
            yield part
            sent += len(part)
            go_on(sent)
        if sent != document.size:
            # It was refused or removed meanwhile; half a paper without a virus says nothing.
            raise FileNotFoundError(document.pk)

    try:
        verdict = virus_scanner.scan(pieces(), waiting=lambda: go_on(document.size))
    except virus_scanner.ScannerAway as away:
        log.warning("The virus scanner is away: %s", away)
        until = timezone.now() + AWAY_PAUSE
        outbox.put_off(effects.SCAN_DOCUMENT, until)
        raise outbox.Later(until) from away
    except virus_scanner.NoVerdict as problem:
        log.warning("The virus scanner says nothing of the paper %s: %s", document.pk, problem)
        raise outbox.Later(timezone.now() + NO_VERDICT_PAUSE) from problem
    _keep(document, verdict)


def _let_checks_go_first() -> None:
    """Raise ``outbox.Later`` when inspections wait for a worker: however slow the scanner is, they are not."""
    now = timezone.now()
    if outbox.due(now, is_long=True).filter(kind=effects.CHECK_DOCUMENT).exists():
        raise outbox.Later(now + CHECKS_PAUSE)


def _keep(document: Document, verdict: Verdict) -> None:
    """Write what was found; what has a virus is refused as other papers are, and loses its bytes."""
    with transaction.atomic():
        locked = clock.lock(document.case)
        fresh = Document.objects.unscanned().select_related("case").filter(pk=document.pk).first()
        if fresh is None:
            return
        fresh.scanned_at, fresh.virus_name = timezone.now(), verdict.name
        if not verdict.name:
            fresh.virus_scan = VirusScan.CLEAN
        elif verdict.is_suspicion:
            fresh.virus_scan = VirusScan.SUSPICIOUS
        else:
            fresh.virus_scan, fresh.refused, fresh.state = VirusScan.INFECTED, Reason.INFECTED, DocumentState.REJECTED
            # Nothing is left to inspect.
            fresh.checked_at = fresh.checked_at or fresh.scanned_at
            documents.drop_bytes(fresh)
            # What cannot be opened is not one of the images of a series any more.
            fresh.series = ""
        fresh.save()
        if fresh.is_suspicious:
            _tell_desk(locked)
        elif fresh.refused:
            audit.record(locked, EventKind.DOCUMENT_JUDGED, by=ActorKind.SYSTEM, object_id=fresh.pk)
            documents.is_lost(locked, fresh, ActorKind.SYSTEM)


def _tell_desk(locked: Case) -> None:
    """Give the desk its task where all papers of a locked case were looked at before."""
    if not locked.tasks.open().filter(kind__code=document_tasks.REVIEW).exists():
        tasks.follow(locked, document_tasks.REVIEW, by=ActorKind.SYSTEM)


def release(*, document: Document, reason: str, by: User) -> None:
    """Let a paper be opened, with all images of its series, that the scanner cannot vouch for; the desk reads who, and why.

    Raises ``ReleaseRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(document.case)
        images = list(Document.objects.here().of_series(document).select_related("case"))
        held_back = [image for image in images if image.is_suspicious]
        if not held_back and any(image.virus_scan == VirusScan.RELEASED for image in images):
            return
        if not held_back:
            raise ReleaseRefused(_("There is nothing to release: this paper is not held back by a doubt."))
        if not reason.strip():
            raise ReleaseRefused(_("Say why the paper may be opened all the same."))
        for image in held_back:
            image.virus_scan, image.released_by, image.release_reason = VirusScan.RELEASED, by, reason.strip()
            image.save(update_fields=["virus_scan", "released_by", "release_reason"])
        audit.record(locked, EventKind.DOCUMENT_RELEASED, by=by, object_id=document.pk)
        document_tasks.finish_review(locked, by)


def catch_up() -> None:
    """Owe a scan to papers that came while there was no scanner, and to those whose scan was lost or given up.

    What waits for its scan comes first, then the newest.
    """
    if settings.CLAMD is None:
        return
    rows = OutboxItem.objects.filter(kind=effects.SCAN_DOCUMENT)
    # Given up is what could not be read for two days, from a store that was away.
    for item in rows.filter(state=OutboxItem.State.FAILED):
        outbox.send_again(item)
    owed = rows.filter(state__in=(OutboxItem.State.QUEUED, OutboxItem.State.IN_FLIGHT, OutboxItem.State.HELD))
    room = max(CATCHING_UP - owed.count(), 0)
    is_owed = Exists(owed.filter(object_id=OuterRef("pk")))
    missing = Document.objects.unscanned().exclude(is_owed).select_related("case")
    now = int(time.time())
    for document in missing.order_by("-virus_scan", "-received_at")[:room]:  # "waiting", then ""
        # A row of its own each time: the one before may be cancelled, or delivered and not pruned yet.
        effects.add(
            document.case, [effects.owed(document.case, effects.SCAN_DOCUMENT, document.pk, f"{document.pk}:{now}")]
        )
