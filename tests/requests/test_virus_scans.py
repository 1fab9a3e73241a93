"""Papers and the virus scanner: held back until it has answered, whatever becomes of it; refused, or released by a person."""

import html
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core import virus_scanner
from portal.core.delivery import outbox
from portal.core.encryption.parts import PART
from portal.core.models import OutboxItem
from portal.core.virus_scanner import NoVerdict, Verdict
from requests import monitoring, periodic
from requests.downloads import as_file
from requests.enums import AccessKind, DocumentState, EventKind, VirusScan
from requests.models import AccessEvent, Case, Document, Event, Task
from requests.services import document_review, document_tasks, documents, effects, virus_scans
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.core import inspection_files as files
from tests.factories import make_document, make_staff, submit
from tests.requests.delivery import deliver_all
from tests.services import Clamd
from tests.services.clamd import MARKER, VIRUS

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 no more of it"
WAITS = "This paper is being checked for viruses."
DOUBTED = "Our virus scanner could not look at the whole of this file."
SCANS = OutboxItem.objects.filter(kind=effects.SCAN_DOCUMENT)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path / "files")


@pytest.fixture
def case() -> Case:
    return submit()


@pytest.fixture
def her(case: Case) -> Client:
    return patient_of(case)


@pytest.fixture
def olga() -> User:
    return make_staff(Role.COORDINATOR)


def send(case: Case, data: bytes = b"", name: str = "photo.jpg") -> Document:
    """Return a paper that came whole, unchecked."""
    paper = make_document(case, name=name, data=data or files.jpeg())
    Document.objects.filter(pk=paper.pk).update(checked_at=None)
    return again(paper)


def again(paper: Document) -> Document:
    return Document.objects.select_related("case").get(pk=paper.pk)


def work_once() -> None:
    """Do the long work that is due, each once; what waits is told by nobody here."""
    for item in outbox.due(timezone.now(), is_long=True):
        outbox.deliver(item.pk, is_long=True)


def later() -> None:
    """Let the pauses of rows that wait be over."""
    OutboxItem.objects.filter(state=OutboxItem.State.QUEUED).update(not_before=timezone.now())


def her_list(her: Client, case: Case, language: str = "en") -> str:
    response = her.get(f"/{language}/case/{case.reference}/documents/")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def opens(client: Client, paper: Document) -> bool:
    """Say whether a patient or, with the session of a colleague, the desk gets the bytes of a paper: whole, or none."""
    at_desk = "_auth_user_id" in client.session
    start = f"/admin/requests/case/{paper.case_id}" if at_desk else f"/en/case/{paper.case.reference}"
    response = client.get(f"{start}/documents/{paper.pk}/")
    if response.status_code == 302:
        assert "reauthenticate" not in response["Location"]
        return False
    assert len(b"".join(response.streaming_content)) == paper.size
    return True


def checked_already() -> None:
    """Leave nothing but scans to do."""
    Document.objects.update(checked_at=timezone.now())
    OutboxItem.objects.filter(kind=effects.CHECK_DOCUMENT).update(state=OutboxItem.State.SENT)


def judge_page(at_desk: Client, paper: Document) -> str:
    response = at_desk.get(f"/admin/requests/case/{paper.case_id}/documents/{paper.pk}/judge/")
    return html.unescape(response.content.decode())


def release_at(at_desk: Client, paper: Document, reason: str) -> Any:
    address = f"/admin/requests/case/{paper.case_id}/documents/{paper.pk}/release/"
    return at_desk.post(address, {"release-reason": reason}, follow=True)


# ── A scanner in health ──────────────────────────────────────────────────────────────────────


def test_a_clean_paper_opens_once_it_was_scanned(clamd: Clamd, her: Client, case: Case, olga: User) -> None:
    paper = send(case)
    assert paper.virus_scan == VirusScan.WAITING
    assert not opens(her, paper)
    deliver_all()
    paper = again(paper)
    assert (paper.virus_scan, paper.virus_name, paper.kind) == (VirusScan.CLEAN, "", "jpeg")
    assert paper.scanned_at is not None
    assert opens(her, paper)
    assert opens(staff_client(olga), paper)
    assert WAITS in her_list(her, case)  # what she was told when she tried
    assert WAITS not in her_list(her, case)


@pytest.mark.parametrize("size", [PART, 2 * PART + 7])
def test_every_part_of_a_paper_is_scanned(clamd: Clamd, case: Case, size: int) -> None:
    paper = send(case, PDF + random.Random(1).randbytes(size - len(PDF + MARKER)) + MARKER)
    checked_already()
    work_once()
    assert again(paper).virus_name == VIRUS


@pytest.mark.parametrize(
    "data",
    [
        files.pdf() + b"%" + MARKER,
        files.disc(more={"virus.txt": MARKER}),
        files.disc(more={"a.zip": files.zipped({"b": MARKER})}),
        files.docx({"word/media/image2.png": files.zipped({"b": MARKER})}),
    ],
    ids=["pdf", "disc", "zip in a disc", "zip in a docx"],
)
def test_a_virus_is_refused_in_the_list_and_its_bytes_are_gone(
    clamd: Clamd,
    her: Client,
    case: Case,
    olga: User,
    data: bytes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    paper = send(case, data, "paper.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        deliver_all()
    paper = again(paper)
    assert (paper.virus_scan, paper.virus_name, paper.refused) == (VirusScan.INFECTED, VIRUS, "infected")
    assert (paper.state, paper.preview, paper.parts.count()) == (DocumentState.REJECTED, "", 0)
    assert not any(path.is_file() for path in Path(settings.PRIVATE_FILES_DIR).rglob("*"))
    for language in ("en", "ru", "ar"):
        assert paper.name in her_list(her, case, language)
    assert "There is a virus in this file" in her_list(her, case)
    assert not opens(her, paper)
    at_desk = staff_client(olga)
    assert not opens(at_desk, paper)
    assert "There is a virus in this file" in judge_page(at_desk, paper)
    assert Event.objects.filter(kind=EventKind.DOCUMENT_JUDGED, object_id=paper.pk).count() == 1
    assert not AccessEvent.objects.filter(kind=AccessKind.DOCUMENT).exists()
    # It was the only one: the desk has nothing to look at, and she can take the line away.
    assert not Task.objects.open().filter(kind__code=document_tasks.REVIEW).exists()
    assert (
        "The paper is removed."
        in her.post(f"/en/case/{case.reference}/documents/{paper.pk}/remove/", follow=True).content.decode()
    )


def test_a_virus_that_is_found_before_the_check_leaves_nothing_to_check(clamd: Clamd, case: Case) -> None:
    paper = send(case, PDF + MARKER)
    check = OutboxItem.objects.get(kind=effects.CHECK_DOCUMENT)
    OutboxItem.objects.filter(pk=check.pk).update(not_before=timezone.now() + timedelta(hours=1))
    work_once()
    assert again(paper).refused == "infected"
    later()
    assert outbox.deliver(check.pk, is_long=True)
    assert again(paper).refused == "infected"
    assert OutboxItem.objects.get(pk=check.pk).state == OutboxItem.State.SENT


def test_what_the_parsers_refused_is_not_scanned(clamd: Clamd, case: Case) -> None:
    paper = send(case, PDF)
    deliver_all()
    assert (again(paper).virus_scan, bool(again(paper).refused)) == (VirusScan.WAITING, True)
    assert SCANS.get().state == OutboxItem.State.SENT
    assert not Document.objects.unscanned().exists()


def test_a_paper_that_goes_while_it_is_scanned_is_none(
    clamd: Clamd, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = send(case)
    real = virus_scanner.scan

    def scan(*args: Any, **kwargs: Any) -> Verdict:
        documents.remove(document=again(paper), by=make_staff(Role.LEAD))
        return real(*args, **kwargs)

    monkeypatch.setattr(virus_scanner, "scan", scan)
    item = SCANS.get()
    OutboxItem.objects.exclude(pk=item.pk).update(state=OutboxItem.State.SENT)
    work_once()
    item.refresh_from_db()
    # Nothing of it came to the end of the stream: no empty file is called clean.
    assert (item.error, again(paper).virus_scan) == ("FileNotFoundError", VirusScan.WAITING)
    later()
    work_once()
    item.refresh_from_db()
    assert item.state == OutboxItem.State.SENT


# ── A scanner that is away ───────────────────────────────────────────────────────────────────


def hide(clamd: Clamd, deed: str) -> None:
    clamd.kill() if deed == "killed" else clamd.freeze()


def find(clamd: Clamd, deed: str) -> None:
    clamd.start() if deed == "killed" else clamd.thaw()


@pytest.mark.parametrize("deed", ["killed", "frozen"])
def test_while_it_is_away_everything_but_opening_goes_on(
    clamd: Clamd, her: Client, case: Case, olga: User, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    monkeypatch.setattr(virus_scanner, "PING_SECONDS", 0.5)
    monkeypatch.setattr(virus_scans, "AWAY_PAUSE", timedelta(hours=1))
    real, asked = virus_scanner.ping, []

    def ping() -> None:
        asked.append(timezone.now())
        real()

    monkeypatch.setattr(virus_scanner, "ping", ping)
    at_desk = staff_client(olga)
    hide(clamd, deed)
    try:
        papers = [send(case, name=f"{number}.jpg") for number in range(5)]
        for _ in range(10):
            work_once()
        # One of them found out for all.
        assert len(asked) == 1
        assert list(SCANS.values_list("state", "attempts", "error")) == [("queued", 0, "")] * 5
        assert all(pause > timezone.now() for pause in SCANS.values_list("not_before", flat=True))
        for paper in map(again, papers):
            assert (paper.kind, paper.virus_scan, bool(paper.preview)) == ("jpeg", VirusScan.WAITING, True)
            assert not opens(her, paper)
            assert not opens(at_desk, paper)
        assert not AccessEvent.objects.filter(kind=AccessKind.DOCUMENT).exists()
        assert her_list(her, case).count(WAITS) >= 5
        assert "It waits for the virus scanner" in judge_page(at_desk, papers[0])
        picture = at_desk.get(f"/admin/requests/case/{case.pk}/documents/{papers[0].pk}/preview/")
        assert picture.content.startswith(b"\xff\xd8\xff")
        document_review.judge(
            document=again(papers[0]), state=DocumentState.ACCEPTED, reason="", by=olga, form_token="accepted"
        )
        # For however long: no row is given up, and none counts as late or as failing.
        OutboxItem.objects.update(created_at=timezone.now() - timedelta(days=30))
        later()
        work_once()
        assert set(SCANS.values_list("state", flat=True)) == {"queued"}
        assert not outbox.failing().exists()
    finally:
        find(clamd, deed)
    later()
    deliver_all()
    assert [again(paper).virus_scan for paper in papers] == [VirusScan.CLEAN] * 5
    assert all(opens(her, again(paper)) for paper in papers)


def test_mails_leave_while_it_is_away(clamd: Clamd, case: Case) -> None:
    clamd.kill()
    try:
        send(case)
        work_once()
        mails = list(outbox.due(timezone.now()))
        assert mails
        assert all(outbox.deliver(item.pk) for item in mails)
    finally:
        clamd.start()


def test_a_verdict_that_nobody_gives_holds_one_paper_and_no_other(
    clamd: Clamd, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, other = send(case, PDF), send(case)
    checked_already()
    real = virus_scanner._verdict

    def verdict(answer: str) -> Verdict:
        if again(odd).scanned_at is None and first:
            first.pop()
            raise NoVerdict("stream: Can't allocate memory ERROR")
        return real(answer)

    first = [True]
    monkeypatch.setattr(virus_scanner, "_verdict", verdict)
    work_once()
    assert [again(paper).virus_scan for paper in (odd, other)] == [VirusScan.WAITING, VirusScan.CLEAN]
    waits = SCANS.get(object_id=odd.pk)
    assert (waits.state, waits.attempts) == ("queued", 0)
    later()
    work_once()
    assert again(odd).virus_scan == VirusScan.CLEAN


def test_inspections_go_before_scans_however_slow_they_are(
    clamd: Clamd, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(case)
    OutboxItem.objects.filter(kind=effects.CHECK_DOCUMENT).update(state=OutboxItem.State.SENT)
    monkeypatch.setattr(virus_scans, "PATIENCE_SECONDS", -1)
    came: list[Document] = []

    def progress(*_figures: Any) -> None:
        if not came:
            came.append(send(case))

    monkeypatch.setattr("portal.core.delivery.long_work.Work.progress", progress)
    outbox.deliver(SCANS.get().pk, is_long=True)
    # A paper came while the scan lasted: the scan gave way, and is no attempt less.
    assert again(first).virus_scan == VirusScan.WAITING
    assert SCANS.get(object_id=first.pk).state == "queued"
    later()
    for item in SCANS.all():
        outbox.deliver(item.pk, is_long=True)
    assert set(Document.objects.values_list("virus_scan", flat=True)) == {VirusScan.WAITING}


def test_the_team_is_told_when_papers_wait(clamd: Clamd, case: Case) -> None:
    paper = send(case)
    assert monitoring.unscanned_papers() == []
    Document.objects.update(received_at=timezone.now() - settings.CLAMD_LATE - timedelta(minutes=1))
    assert monitoring.unscanned_papers() == [""]
    assert list(monitoring.papers()) == [(["waiting"], 1)]
    Document.objects.filter(pk=paper.pk).update(virus_scan=VirusScan.CLEAN)
    assert monitoring.unscanned_papers() == []


# ── What a person decides ────────────────────────────────────────────────────────────────────


@pytest.fixture
def doubted(clamd: Clamd, case: Case, monkeypatch: pytest.MonkeyPatch) -> Document:
    """A paper that the parsers took and the scanner cannot vouch for."""
    paper = send(case)
    with monkeypatch.context() as meanwhile:
        doubt = Verdict("Heuristics.Limits.Exceeded.MaxScanSize")
        meanwhile.setattr(virus_scanner, "_verdict", lambda _answer: doubt)
        deliver_all()
    return again(paper)


def test_a_doubt_is_released_with_a_reason_and_written_down(
    doubted: Document, her: Client, case: Case, olga: User
) -> None:
    at_desk = staff_client(olga)
    assert doubted.virus_scan == VirusScan.SUSPICIOUS
    assert DOUBTED in her_list(her, case)
    assert not opens(her, doubted)
    assert not opens(at_desk, doubted)
    with pytest.raises(PermissionDenied):
        as_file(doubted)
    assert "Heuristics.Limits.Exceeded.MaxScanSize" in judge_page(at_desk, doubted)
    refused = release_at(at_desk, doubted, "  ")
    assert refused.status_code == 422
    assert "Say why the paper may be opened all the same." in html.unescape(refused.content.decode())
    assert again(doubted).virus_scan == VirusScan.SUSPICIOUS
    for _ in range(2):  # a double click
        assert "The paper is released" in release_at(at_desk, doubted, "I know the clinic").content.decode()
    paper = again(doubted)
    assert (paper.virus_scan, paper.released_by, paper.release_reason) == (
        VirusScan.RELEASED,
        olga,
        "I know the clinic",
    )
    event = Event.objects.get(kind=EventKind.DOCUMENT_RELEASED)
    assert (event.object_id, event.actor_id, event.reference) == (paper.pk, olga.pk, case.reference)
    assert b"I know the clinic" not in bytes(Document.objects.values_list("release_reason", flat=True).get())
    assert opens(her, paper)
    assert opens(at_desk, paper)
    assert "I know the clinic" in judge_page(at_desk, paper)
    case_page = html.unescape(at_desk.get(f"/admin/requests/case/{case.pk}/change/").content.decode())
    assert "I know the clinic" in case_page
    her_list(her, case)  # what she was told when she tried
    text = her_list(her, case)
    assert DOUBTED not in text
    assert "I know the clinic" not in text


def test_only_who_works_cases_releases_and_only_a_doubt(doubted: Document, olga: User, her: Client) -> None:
    for role in (Role.EDITOR, Role.CASE_REVIEWER, Role.ADMINISTRATOR):
        with pytest.raises(PermissionDenied):
            virus_scans.release(document=doubted, reason="why not", by=make_staff(role))
    release_at(her, doubted, "I am she")
    assert again(doubted).virus_scan == VirusScan.SUSPICIOUS
    for scan in (VirusScan.WAITING, VirusScan.CLEAN, VirusScan.INFECTED, ""):
        Document.objects.update(virus_scan=scan)
        with pytest.raises(virus_scans.ReleaseRefused):
            virus_scans.release(document=doubted, reason="why not", by=olga)
    assert not Event.objects.filter(kind=EventKind.DOCUMENT_RELEASED).exists()


def test_the_desk_has_its_task_until_a_doubt_is_decided(doubted: Document, case: Case, olga: User) -> None:
    def is_asked() -> bool:
        return Task.objects.open().filter(kind__code=document_tasks.REVIEW).exists()

    document_review.judge(document=doubted, state=DocumentState.ACCEPTED, reason="", by=olga, form_token="1")
    assert is_asked()
    virus_scans.release(document=doubted, reason="I know the clinic", by=olga)
    assert not is_asked()


def test_a_doubt_that_is_rejected_is_decided(doubted: Document, case: Case, olga: User) -> None:
    document_review.judge(
        document=doubted, state=DocumentState.REJECTED, reason="Send a photo", by=olga, form_token="1"
    )
    assert not Task.objects.open().filter(kind__code=document_tasks.REVIEW).exists()


# ── Before there was a scanner, and after ────────────────────────────────────────────────────


def test_without_a_scanner_nothing_is_held_back(her: Client, case: Case) -> None:
    assert settings.CLAMD is None
    paper = send(case)
    assert not SCANS.exists()
    deliver_all()
    assert again(paper).virus_scan == ""
    assert opens(her, again(paper))


def test_papers_of_before_stay_open_and_are_looked_at_later(
    her: Client, case: Case, request: pytest.FixtureRequest
) -> None:
    old, bad = send(case, name="old.jpg"), send(case, files.jpeg_with_comment(MARKER), name="bad.jpg")
    deliver_all()
    document_review.judge(
        document=again(bad), state=DocumentState.ACCEPTED, reason="", by=make_staff(Role.LEAD), form_token="1"
    )
    periodic.scan_papers()
    assert not SCANS.exists()
    request.getfixturevalue("clamd")
    assert opens(her, again(old))
    new = send(case, name="new.jpg")
    for _ in range(2):  # owed once
        periodic.scan_papers()
        assert SCANS.count() == 3
    deliver_all()
    assert [again(paper).virus_scan for paper in (old, bad, new)] == [
        VirusScan.CLEAN,
        VirusScan.INFECTED,
        VirusScan.CLEAN,
    ]
    periodic.scan_papers()
    assert SCANS.count() == 3
    assert opens(her, again(old))
    assert not opens(her, again(bad))


def test_catching_up_leaves_room_for_what_comes(clamd: Clamd, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus_scans, "CATCHING_UP", 2)
    papers = [send(case, name=f"{number}.jpg") for number in range(4)]
    SCANS.delete()
    Document.objects.exclude(pk=papers[0].pk).update(virus_scan="")
    periodic.scan_papers()
    # What somebody waits for, then the newest.
    assert set(SCANS.values_list("object_id", flat=True)) == {papers[0].pk, papers[3].pk}


def test_a_scan_that_was_given_up_is_owed_again(clamd: Clamd, case: Case) -> None:
    paper = send(case)
    SCANS.update(state=OutboxItem.State.FAILED, error="StoreAway")
    periodic.scan_papers()
    assert SCANS.get().state == "queued"
    SCANS.update(state=OutboxItem.State.CANCELLED)
    periodic.scan_papers()
    deliver_all()
    assert again(paper).virus_scan == VirusScan.CLEAN


def test_a_scanner_that_is_taken_away_holds_nothing_back(
    clamd: Clamd, her: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = send(case)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(settings, "CLAMD", None)
        for _ in range(2):
            work_once()
        assert SCANS.get().state == OutboxItem.State.CANCELLED
        assert opens(her, again(paper))
        assert monitoring.unscanned_papers() == []
