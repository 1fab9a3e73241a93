"""Papers on their way to a real clamd in real workers: either of them dies or stops in the middle, and mails leave."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from portal.core import virus_scanner
from portal.core.models import OutboxItem
from requests.enums import VirusScan
from requests.models import Case, Document
from requests.services import documents, effects
from tests.factories import submit
from tests.faults.conftest import QUICK
from tests.services import Clamd, Portal
from tests.services.process import wait_until
from tests.services.stack import Stack

pytestmark = pytest.mark.faults
PATIENCE = 90
PART = 4 * 1024**2
# Some seconds for clamd, so that there is a middle.
LARGE = 60


@pytest.fixture(scope="module")
def stack(quick_stack: Stack, clamd_server: Clamd) -> Iterator[Stack]:
    """Relay, worker and long worker that ask clamd, as this process does."""
    quick_stack.portal.env |= {"CLAMD_URL": clamd_server.url, **QUICK}
    settings.CLAMD = virus_scanner.address(clamd_server.url)
    yield quick_stack
    settings.CLAMD = None


@pytest.fixture
def portal(stack: Stack, clamd_server: Clamd) -> Iterator[Portal]:
    """All three, and clamd, running again if the test before ended one."""
    if not clamd_server.is_running:
        clamd_server.start()
    stack.portal.start("worker", "long", "relay")
    yield stack.portal
    clamd_server.thaw()


def send(case: Case, megabytes: int) -> Document:
    """Return a paper of noise, which the parsers are not asked about."""
    size = megabytes * 1024**2
    paper, _is_new = documents.begin(case=case, name="noise.zip", size=size)
    noise = random.Random(megabytes)
    for at in range(0, size, PART):
        plain = noise.randbytes(min(PART, size - at))
        documents.take_part(document=paper, offset=at, plain=b"PK\x03\x04" + plain[4:] if not at else plain)
    checks = OutboxItem.objects.filter(kind=effects.CHECK_DOCUMENT)
    checks.filter(object_id=paper.pk).update(state=OutboxItem.State.CANCELLED)
    return paper


def row(paper: Document) -> OutboxItem:
    return OutboxItem.objects.get(kind=effects.SCAN_DOCUMENT, object_id=paper.pk)


def is_clean(paper: Document) -> bool:
    paper.refresh_from_db()
    return paper.virus_scan == VirusScan.CLEAN


def wait_for_verdict(paper: Document, portal: Portal) -> None:
    wait_until(lambda: is_clean(paper), seconds=PATIENCE, what=f"it is clean\n{row(paper)}\n{portal.output()}")


def wait_until_it_waits(paper: Document, portal: Portal) -> None:
    """Wait until its row is put off, in which time a scan that is under way ends."""

    def waits() -> bool:
        item = row(paper)
        return item.state == OutboxItem.State.QUEUED and item.not_before > timezone.now()

    wait_until(waits, seconds=PATIENCE, what=f"it waits\n{portal.output()}")


def begun(paper: Document, portal: Portal) -> None:
    wait_until(
        lambda: (row(paper).progress_done or 0) > 0, seconds=PATIENCE, what=f"it is under way\n{portal.output()}"
    )


def test_a_scanner_that_is_killed_in_the_middle_is_asked_again(portal: Portal, clamd_server: Clamd) -> None:
    paper = send(submit(), LARGE)
    begun(paper, portal)
    clamd_server.kill()
    wait_until_it_waits(paper, portal)
    assert not is_clean(paper)
    assert row(paper).attempts == 0
    clamd_server.start()
    # Its minute is over.
    OutboxItem.objects.filter(pk=row(paper).pk).update(not_before=timezone.now())
    wait_for_verdict(paper, portal)


def test_mails_and_inspections_go_on_while_it_is_frozen(stack: Stack, portal: Portal, clamd_server: Clamd) -> None:
    case = submit(email="frozen@example.org")
    clamd_server.freeze()
    paper = send(case, 1)
    wait_until_it_waits(paper, portal)
    inspected, _is_new = documents.begin(case=case, name="letter.pdf", size=100)
    documents.take_part(document=inspected, offset=0, plain=b"%PDF-1.7".ljust(100))
    stack.mail.clear()
    submit(email="meanwhile@example.org")
    stack.mail.wait_for(1)

    def is_inspected() -> bool:
        inspected.refresh_from_db()
        return inspected.checked_at is not None

    wait_until(is_inspected, seconds=PATIENCE, what=f"it is inspected\n{portal.output()}")
    assert not is_clean(paper)
    clamd_server.thaw()
    OutboxItem.objects.filter(kind=effects.SCAN_DOCUMENT, state="queued").update(not_before=timezone.now())
    wait_for_verdict(paper, portal)


def test_what_a_killed_worker_left_is_scanned_by_the_next(portal: Portal) -> None:
    paper = send(submit(email="killed@example.org"), LARGE + 1)
    begun(paper, portal)
    portal["long"].kill()
    assert not is_clean(paper)
    portal.start("long")
    wait_for_verdict(paper, portal)
    assert row(paper).attempts >= 2


def test_a_worker_that_is_told_to_stop_leaves_the_scan_to_another(portal: Portal) -> None:
    paper = send(submit(email="stopped@example.org"), LARGE + 2)
    begun(paper, portal)
    portal["long"].stop()
    assert not is_clean(paper)
    assert row(paper).state == OutboxItem.State.QUEUED
    portal.start("long")
    wait_for_verdict(paper, portal)


def test_nothing_of_a_paper_stays_on_the_disk(portal: Portal, clamd_server: Clamd) -> None:
    paper = send(submit(email="tidy@example.org"), 5)
    plain = b"".join(documents.chunks(paper))[PART : PART + 4096]
    wait_for_verdict(paper, portal)
    places = [path for folder in (portal.folder, clamd_server.folder) for path in Path(folder).rglob("*")]
    clamd_server.wait_until_tidy()
    assert not any(plain in path.read_bytes() for path in places if path.is_file())
