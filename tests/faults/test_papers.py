"""Papers on their way: cut at any byte and gone on with, web, worker and store killed in the middle; every byte is compared."""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from django.conf import settings

from portal.core.delivery.long_work import MOST_WORKERS_LOST
from portal.core.delivery.monitoring import failed_rows
from portal.core.encryption.parts import PART
from portal.core.models import OutboxItem
from portal.core.storage import s3_url
from requests.models import Document
from requests.services import effects
from tests.factories import submit
from tests.memory import MEGABYTE
from tests.papers import BOUNDARY, FORM_TYPE, PaperSender, sha256, write_study
from tests.services import Portal, S3Server
from tests.services.process import wait_until
from tests.services.stack import Stack

pytestmark = pytest.mark.faults
PATIENCE = 120
# Of the sender that is cut off: what it sends has three parts, the last of them short.
CUTS = 25
LENGTH = 2 * PART + 70_000
AFTER_BOUNDARY = b"--\r\n"


@pytest.fixture(scope="module")
def stack(quick_stack: Stack) -> Stack:
    return quick_stack


@pytest.fixture
def portal(stack: Stack) -> Iterator[Portal]:
    """Web, long worker and relay, running again if the test before ended one."""
    stack.portal.start("web", "long", "relay")
    yield stack.portal
    stack.portal["long"].kill()


@pytest.fixture
def sender(portal: Portal) -> PaperSender:
    return PaperSender(portal.port, submit(), seconds=PATIENCE)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.dcm"
    write_study(path, LENGTH)
    return path


def checked(key: str, portal: Portal) -> Document:
    rows = Document.objects.filter(pk=key).exclude(checked_at=None)
    wait_until(rows.exists, seconds=PATIENCE, what=f"it is checked\n{portal.output()}")
    return rows.get()


def is_whole(key: str, path: Path, sender: PaperSender, portal: Portal) -> None:
    """See that a paper was found to be what was sent, and comes back as it was."""
    row = checked(key, portal)
    assert (row.kind, row.size, row.sha256) == ("dicom", path.stat().st_size, sha256(path))
    assert sender.download(key).sha256() == sha256(path)


def stored(portal: Portal) -> set[str]:
    return {path.name for path in (portal.folder / "files").rglob("*") if path.is_file()}


def owned() -> set[str]:
    """Return the files that a paper names."""
    rows = Document.objects.prefetch_related("parts")
    return {name for row in rows for name in [row.preview, *(part.file for part in row.parts.all())] if name}


def item_of(key: str) -> OutboxItem:
    return OutboxItem.objects.get(kind=effects.CHECK_DOCUMENT, object_id=key)


def kill_in_the_middle(key: str, portal: Portal, *, times: int) -> None:
    """SIGKILL the long worker while it checks a paper for the ``times``-th time."""
    portal.start("long")

    def is_under_way() -> bool:
        item = item_of(key)
        return item.state == OutboxItem.State.IN_FLIGHT and item.attempts == times and item.progress_done is not None

    wait_until(is_under_way, seconds=PATIENCE, what=f"it is being checked\n{portal.output()}")
    portal["long"].kill()


def test_a_mail_leaves_within_two_seconds_while_studies_of_500_megabytes_are_checked(
    stack: Stack, portal: Portal, sender: PaperSender, tmp_path: Path
) -> None:
    portal["long"].stop()
    path = tmp_path / "long study.dcm"
    write_study(path, 500 * MEGABYTE)
    # Two, one after the other: a quick machine has looked through one of them before a mail is written.
    keys = [sender.send_in_parts(path), sender.send_in_parts(path)]
    unchecked = Document.objects.filter(pk__in=keys, checked_at=None)
    portal.start("long", "worker")
    at_work = OutboxItem.objects.filter(object_id__in=keys, kind=effects.CHECK_DOCUMENT, progress_total__gt=0)
    wait_until(at_work.exists, seconds=PATIENCE, what=f"one is being checked\n{portal.output()}")
    waits = []
    for number in range(4):
        stack.mail.clear()
        began = time.time()
        submit(email=f"meanwhile{number}@example.org")
        stack.mail.wait_for(1)
        if not unchecked.exists():
            break
        waits.append(time.time() - began)
    # Several, for this machine may be busy with something else.
    assert waits
    assert min(waits) < 2, waits
    for key in keys:
        assert checked(key, portal).kind == "dicom"


def test_parts_that_are_cut_at_any_byte_count_for_nothing_and_go_on(
    portal: Portal, sender: PaperSender, study: Path
) -> None:
    chance, data, key = Random(15), study.read_bytes(), sender.begin(size_of(study))
    at = 0
    for cut in range(CUTS):
        part = data[at : at + PART]
        sent = part[: chance.randrange(len(part))]
        sender.break_off("PUT", sender.upload(key), sent, len(part), upload_offset=str(at))
        assert sender.offset(key) == at, f"cut {cut} after {len(sent)} bytes"
        # Half-way through the cuts, one part comes whole.
        if cut % 10 == 9:
            assert sender.put(key, at, part)[0] == 200
            at += PART
    sender.send_in_parts(study, key)
    is_whole(key, study, sender, portal)
    assert stored(portal) == owned()


def test_a_form_that_is_cut_at_any_byte_leaves_nothing_and_can_be_sent_again(
    portal: Portal, sender: PaperSender, study: Path
) -> None:
    chance, form = Random(15), sender.form(study)
    body = b"".join(form)
    before = stored(portal), set(Document.objects.values_list("pk", flat=True))
    # Anywhere, and near the end: within the last boundary above all. Once that is there, all but what follows it,
    # the file is whole, and a web process that was quick enough to read it keeps it.
    places = [chance.randrange(len(body) - len(AFTER_BOUNDARY)) for _ in range(CUTS)] + [
        len(body) - near for near in range(len(AFTER_BOUNDARY) + 1, len(BOUNDARY) + 9, 7)
    ]
    for place in places:
        sender.break_off("POST", sender.form_address(), body[:place], len(body), content_type=FORM_TYPE)
    wait_until(
        lambda: (stored(portal), set(Document.objects.values_list("pk", flat=True))) == before,
        seconds=PATIENCE,
        what=f"nothing is left of what was cut\n{portal.output()}",
    )
    is_whole(sender.send_by_form(study), study, sender, portal)


def test_a_web_process_that_is_killed_in_a_part_costs_that_part_alone(
    portal: Portal, sender: PaperSender, study: Path
) -> None:
    data, key = study.read_bytes(), sender.begin(size_of(study))
    assert sender.put(key, 0, data[:PART])[0] == 200
    connection = sender.raw(
        "PUT", sender.upload(key), data[PART : PART + 3_000_000], content_length=str(PART), upload_offset=str(PART)
    )
    time.sleep(0.5)  # until it has read what came; nothing answers that could say so
    portal["web"].kill()
    connection.close()
    portal.start("web")
    assert sender.offset(key) == PART
    # And while one is being stored: whatever was not answered may be there or not, but never in part.
    connection = sender.raw(
        "PUT", sender.upload(key), data[PART : 2 * PART], content_length=str(PART), upload_offset=str(PART)
    )
    portal["web"].kill()
    connection.close()
    portal.start("web")
    assert sender.offset(key) in (PART, 2 * PART)
    sender.send_in_parts(study, key)
    is_whole(key, study, sender, portal)


def test_a_worker_that_is_killed_in_a_check_is_followed_by_another(
    portal: Portal, sender: PaperSender, tmp_path: Path
) -> None:
    portal["long"].kill()
    study = tmp_path / "long.dcm"
    write_study(study, 60 * MEGABYTE)
    key = sender.send_in_parts(study)
    kill_in_the_middle(key, portal, times=1)
    assert Document.objects.get(pk=key).checked_at is None
    portal.start("long")
    is_whole(key, study, sender, portal)
    assert (item_of(key).attempts, item_of(key).workers_lost) == (2, 1)


def test_a_paper_that_kills_one_worker_after_the_other_is_left_to_a_person(
    portal: Portal, sender: PaperSender, tmp_path: Path
) -> None:
    portal["long"].kill()
    study = tmp_path / "deadly.dcm"
    write_study(study, 60 * MEGABYTE)
    key = sender.send_in_parts(study)
    for times in range(1, MOST_WORKERS_LOST + 1):
        kill_in_the_middle(key, portal, times=times)
    portal.start("long")
    row = checked(key, portal)
    assert (row.kind, row.refused, row.can_be_opened) == ("", "", True)
    assert sender.download(key).sha256() == sha256(study)
    wait_until(lambda: item_of(key).state == OutboxItem.State.FAILED, seconds=PATIENCE, what="it is given up")
    assert failed_rows() == {f"{effects.CHECK_DOCUMENT} {row.case.reference}"}


def test_a_store_that_is_killed_is_waited_for(
    stack: Stack, s3_server: S3Server, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = s3_server.url("papers")
    portal = stack.portal
    portal.kill()
    for name in ("web", "long"):
        monkeypatch.setitem(portal[name].env, "S3_URL", url)  # type: ignore[arg-type]  # it has one
    monkeypatch.setattr(settings, "STORAGES", settings.STORAGES | {"private": s3_url.storage(url)})
    portal.start("web", "relay")
    sender = PaperSender(portal.port, submit(), seconds=PATIENCE)
    data, key = study.read_bytes(), sender.begin(size_of(study))
    assert sender.put(key, 0, data[:PART])[0] == 200

    s3_server.kill()
    assert sender.put(key, PART, data[PART : 2 * PART])[0] == 503
    body = b"".join(sender.form(study))
    status, page = sender.ask("POST", sender.form_address(), body, content_type=FORM_TYPE)
    assert (status, b"It is not your fault." in page) == (422, True)
    assert sender.offset(key) == PART
    s3_server.start()
    sender.send_in_parts(study, key)
    # Killed while it is checked: the worker waits, and nothing is said against the paper.
    s3_server.kill()
    portal.start("long")
    wait_until(lambda: item_of(key).error != "", seconds=PATIENCE, what=f"the check fails\n{portal.output()}")
    assert (Document.objects.get(pk=key).checked_at, item_of(key).workers_lost) == (None, 0)
    s3_server.start()
    is_whole(key, study, sender, portal)
    assert set(s3_server.files("papers")) == owned_by(key)


def owned_by(key: str) -> set[str]:
    row = Document.objects.get(pk=key)
    return {row.preview, *row.parts.values_list("file", flat=True)}


def size_of(path: Path) -> int:
    return path.stat().st_size
