"""Papers of a case: sent by a plain form or in parts, sealed, listed, taken back, looked at; never lost, never readable."""

import hashlib
import html
import json
import random
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from conditions.models import Condition, DocumentNeed
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.parts import PART, open_part, seal_part
from portal.core.encryption.primitives import DecryptionError
from portal.core.http.forms import new_token
from requests.admin.documents import RECENT_SECONDS
from requests.enums import AccessKind, DocumentState, EventKind, Outcome, Status
from requests.models import AccessEvent, Case, Document, DocumentPart, Event, Task
from requests.selectors.documents import PAPERS
from requests.services import document_parts, document_review, document_tasks, documents
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.photos import jpeg
from tests.requests.delivery import deliver_all
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

PHOTO = jpeg()
SCAN = b"%PDF-1.7 planted words of a scan \xff\x00"


def page(case: Case, rest: str = "", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/documents/{rest}"


def file(name: str = "scan.pdf", data: bytes = SCAN) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def send(client: Client, case: Case, *files: SimpleUploadedFile, token: str = "", follow: bool = True) -> Any:
    address = f"{page(case)}?form={token or new_token()}"
    return client.post(address, {"files": list(files)}, follow=follow)


def begin(client: Client, case: Case, size: int, name: str = "disc.zip") -> Any:
    return client.post(
        page(case, "uploads/"), json.dumps({"name": name, "size": size}), content_type="application/json"
    )


def put(client: Client, case: Case, key: str, offset: int, data: bytes) -> Any:
    address = page(case, f"uploads/{key}/")
    return client.put(address, data, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)})


def noise(length: int) -> bytes:
    """Return bytes of a length that begin as a PDF does, if there is room for that."""
    return (b"%PDF-1.7\n" + random.Random(length).randbytes(length))[:length]


def saved(client: Client, document: Document) -> bytes:
    # As if it had been checked: these are no papers for a parser.
    Document.objects.update(checked_at=timezone.now())
    response = client.get(page(document.case, f"{document.pk}/"))
    assert response.status_code == 200
    assert int(response["Content-Length"]) == document.size
    return b"".join(response.streaming_content)


def stored() -> list[bytes]:
    return [path.read_bytes() for path in Path(settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    return submit()


@pytest.fixture
def her(case: Case) -> Client:
    return patient_of(case)


# ── A plain form ─────────────────────────────────────────────────────────────────────────────


def test_several_files_of_a_plain_form_are_papers_that_open_again(her: Client, case: Case) -> None:
    response = send(her, case, file(), file("צילום رنين.jpg", PHOTO))
    assert "2 papers are here." in response.content.decode()
    rows = list(Document.objects.here().order_by("created_at"))
    assert [row.name for row in rows] == ["scan.pdf", "צילום رنين.jpg"]
    assert [saved(her, row) for row in rows] == [SCAN, PHOTO]
    kinds = list(Event.objects.filter(reference=case.reference).values_list("kind", flat=True))
    assert kinds.count(EventKind.DOCUMENT_ADDED) == 2


@pytest.mark.parametrize("length", [20, PART - 1, PART, PART + 1, 2 * PART])
def test_every_length_comes_back_whole(her: Client, case: Case, length: int) -> None:
    send(her, case, file(data=noise(length)))
    row = Document.objects.here().get()
    assert saved(her, row) == noise(length)
    assert row.parts.count() == -(-length // PART)


def test_nothing_of_a_paper_lies_readable_anywhere(her: Client, case: Case) -> None:
    send(her, case, file("planted name.pdf", SCAN * 100))
    assert stored()
    assert not any(b"planted" in data for data in stored())
    row = Document.objects.values().get()
    assert "planted" not in str(row)
    assert hashlib.sha256(SCAN * 100).hexdigest() not in str(row)


def test_a_file_that_fails_costs_no_other(her: Client, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DOCUMENT_MAX_BYTES", dict.fromkeys(settings.DOCUMENT_MAX_BYTES, 1000))
    response = send(her, case, file("a.pdf"), file("long.pdf", noise(1001)), file("empty.pdf", b""), file("z.pdf"))
    assert response.status_code == 422
    text = response.content.decode()
    assert "This file is too big. One file may have up to" in text
    assert "This file is empty." in text
    assert "2 papers are here." in text
    assert [row.name for row in Document.objects.order_by("created_at")] == ["a.pdf", "z.pdf"]


def test_a_store_that_is_away_is_said_and_leaves_nothing(
    her: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(settings.PRIVATE_FILES_DIR) / "no folder"
    place.touch()
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", place)
    response = send(her, case, file())
    assert response.status_code == 422
    assert "It is not your fault." in response.content.decode()
    assert not Document.objects.exists()


def test_the_same_form_sends_once(her: Client, case: Case) -> None:
    token = new_token()
    for _ in range(2):
        send(her, case, file(), file("b.pdf"), token=token)
    assert Document.objects.count() == 2
    send(her, case, file())  # another form, the same file: she means it
    assert Document.objects.count() == 3


def test_the_same_form_sends_again_what_was_removed_meanwhile(her: Client, case: Case) -> None:
    token = new_token()
    send(her, case, file(), token=token)
    her.post(page(case, f"{Document.objects.get().pk}/remove/"))
    assert "1 paper is here." in send(her, case, file(), token=token).content.decode()
    assert Document.objects.here().count() == 1


def test_no_file_is_a_sentence(her: Client, case: Case) -> None:
    response = send(her, case)
    assert response.status_code == 422
    assert "Choose at least one file." in response.content.decode()


@pytest.mark.parametrize(("headers", "status"), [({}, 403), ({"Sec-Fetch-Site": "cross-site"}, 422)])
def test_a_form_from_elsewhere_sends_nothing(her: Client, case: Case, headers: dict[str, str], status: int) -> None:
    her.handler.enforce_csrf_checks = True
    answer = her.post(f"{page(case)}?form=x", {"files": [file()]}, headers=headers)
    assert answer.status_code == status
    assert not Document.objects.exists()
    assert not stored()


def test_a_form_that_is_cut_off_leaves_nothing(her: Client, case: Case) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + noise(
        PART + 5
    )  # no end: the browser went away
    her.post(f"{page(case)}?form={new_token()}", body, content_type="multipart/form-data; boundary=x")
    assert not Document.objects.exists()
    assert not DocumentPart.objects.exists()
    assert not stored()


# ── In parts ─────────────────────────────────────────────────────────────────────────────────


def test_parts_go_on_where_they_stopped(her: Client, case: Case) -> None:
    data = noise(2 * PART + 77)
    key = begin(her, case, len(data)).json()["id"]
    assert put(her, case, key, 0, data[:PART]).json() == {"offset": PART, "done": False}
    assert "Not whole yet" in her.get(page(case)).content.decode()
    # Cut on the way, sent twice, sent to another place: nothing of it counts.
    for offset, part in ((PART, data[PART : PART + 9]), (0, data[:PART]), (2 * PART, data[2 * PART :])):
        answer = put(her, case, key, offset, part)
        assert (answer.status_code, answer.json()["offset"]) == (409, PART)
    assert her.get(page(case, f"uploads/{key}/")).json() == {"offset": PART, "done": False}
    assert put(her, case, key, PART, data[PART : 2 * PART]).status_code == 200
    assert put(her, case, key, 2 * PART, data[2 * PART :]).json() == {"offset": len(data), "done": True}
    row = Document.objects.here().get()
    assert saved(her, row) == data
    assert put(her, case, key, len(data), b"").json()["done"]
    assert Event.objects.filter(kind=EventKind.DOCUMENT_ADDED).count() == 1


def test_an_end_that_was_missed_is_made_good(her: Client, case: Case) -> None:
    key = begin(her, case, len(SCAN)).json()["id"]
    # Killed between the last part and the end.
    document_parts.write(Document.objects.get(), 0, SCAN, is_last=True)
    assert not Document.objects.here().exists()
    assert put(her, case, key, len(SCAN), b"").json() == {"offset": len(SCAN), "done": True}
    assert Document.objects.here().exists()


@pytest.mark.parametrize(
    "asked",
    [b"", b"[]", b"{}", b'{"name": "a"}', b'{"name": "a", "size": "x"}', b"\xff", b'{"name": "a", "size": 1e999}'],
)
def test_what_is_no_file_is_a_bad_request(her: Client, case: Case, asked: bytes) -> None:
    answer = her.post(page(case, "uploads/"), asked, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_limits_are_said_in_words(her: Client, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "too big" in begin(her, case, documents.longest() + 1).json()["error"]
    assert "empty" in begin(her, case, 0).json()["error"]
    monkeypatch.setattr(settings, "DOCUMENT_BYTES_A_DAY", 10)
    begin(her, case, 9)
    assert "enough for today" in begin(her, case, 2).json()["error"]
    monkeypatch.setattr(settings, "DOCUMENTS_OF_CASE", 1)
    assert "no room for more" in begin(her, case, 1).json()["error"]


# ── Whose they are ───────────────────────────────────────────────────────────────────────────


def test_nobody_else_finds_a_paper(her: Client, case: Case) -> None:
    send(her, case, file())
    row = Document.objects.get()
    other = submit(email="other@example.org", phone="")
    stranger = patient_of(other)
    for client, address in (
        (Client(), page(case, f"{row.pk}/")),
        (stranger, page(case, f"{row.pk}/")),
        (stranger, page(other, f"{row.pk}/")),
        (stranger, page(other, f"uploads/{row.pk}/")),
        (her, page(case, f"{uuid4()}/")),
    ):
        assert client.get(address).status_code == 404
    assert stranger.post(page(other, f"{row.pk}/remove/")).status_code == 404
    assert Document.objects.here().exists()


def test_reading_is_written_down_first_and_nothing_of_it_shows_in_a_browser(her: Client, case: Case) -> None:
    send(her, case, file())
    row = Document.objects.get()
    Document.objects.update(checked_at=timezone.now())
    response = her.get(page(case, f"{row.pk}/"))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert AccessEvent.objects.filter(kind=AccessKind.DOCUMENT, object_id=row.pk).exists()


# ── Taken back ───────────────────────────────────────────────────────────────────────────────


def test_a_paper_is_taken_back_until_somebody_looks_at_it(
    her: Client, case: Case, django_capture_on_commit_callbacks: Any
) -> None:
    send(her, case, file(), file("b.pdf"))
    first, second = Document.objects.order_by("created_at")
    with django_capture_on_commit_callbacks(execute=True):
        response = her.post(page(case, f"{first.pk}/remove/"), follow=True)
    assert "The paper is removed." in response.content.decode()
    first.refresh_from_db()
    assert (first.name, first.sha256, first.parts.count()) == ("", "", 0)
    assert len(stored()) == 1
    assert her.get(page(case, f"{first.pk}/")).status_code == 404
    document_review.look_at(second, by=make_staff(Role.COORDINATOR))
    response = her.post(page(case, f"{second.pk}/remove/"), follow=True)
    assert "We are looking at this paper already." in response.content.decode()
    assert Document.objects.here().get() == second


def test_what_never_came_whole_is_taken_back_too(her: Client, case: Case) -> None:
    key = begin(her, case, PART + 1).json()["id"]
    put(her, case, key, 0, noise(PART))
    her.post(page(case, f"{key}/remove/"))
    assert not Document.objects.exists()
    assert not stored()


# ── The desk ─────────────────────────────────────────────────────────────────────────────────


def test_papers_are_one_task_of_the_desk_until_all_are_looked_at(her: Client, case: Case) -> None:
    send(her, case, file(), file("b.pdf"))
    task = Task.objects.get(kind__code=document_tasks.REVIEW)
    assert task.for_desk
    assert task.due_at is not None
    olga = make_staff(Role.COORDINATOR)
    first, second = Document.objects.order_by("created_at")
    document_review.judge(document=first, state=DocumentState.ACCEPTED, reason="", by=olga, form_token="1")
    task.refresh_from_db()
    assert task.is_open
    document_review.judge(document=second, state=DocumentState.REJECTED, reason="Blurred", by=olga, form_token="2")
    assert not Task.objects.get(pk=task.pk).is_open
    again = Task.objects.open().get(kind__code=PAPERS)
    assert again.details == "b.pdf: Blurred"
    text = her.get(page(case)).content.decode()
    assert "Blurred" in text
    assert "Send it again" in text


def test_a_rejection_needs_a_reason_and_a_coordinator(her: Client, case: Case) -> None:
    send(her, case, file())
    row = Document.objects.get()
    words: dict[str, Any] = {"document": row, "state": DocumentState.REJECTED, "form_token": "1"}
    with pytest.raises(documents.DocumentRefused):
        document_review.judge(reason=" ", by=make_staff(Role.COORDINATOR), **words)
    with pytest.raises(PermissionDenied):
        document_review.judge(reason="Blurred", by=make_staff(Role.EDITOR), **words)


def test_papers_wake_a_case_that_rests_or_has_ended(her: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(
        status=Status.CLOSED, outcome=Outcome.TREATED, waiting_since=None, answer_by=None
    )
    send(her, case, file())
    case.refresh_from_db()
    assert case.waiting_since is not None


def test_nothing_is_taken_in_a_case_of_spam_or_after_a_death(her: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, outcome=Outcome.DIED)
    assert "Send papers" not in her.get(page(case)).content.decode()
    assert "No paper is needed any more." in send(her, case, file()).content.decode()
    Case.objects.filter(pk=case.pk).update(status=Status.SPAM, outcome="")
    assert send(her, case, file()).status_code in (200, 422)
    assert begin(her, case, 5).status_code == 422
    assert not Document.objects.exists()


# ── Sealing ──────────────────────────────────────────────────────────────────────────────────


def test_a_part_opens_at_its_place_alone() -> None:
    key, data = b"k" * 32, noise(100)
    sealed = seal_part(key, data, "document:1:0:last")
    assert sealed != seal_part(key, data, "document:1:0:last")
    assert open_part(key, sealed, "document:1:0:last") == data
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for other_key, other, aad in (
        (b"x" * 32, sealed, "document:1:0:last"),
        (key, sealed, "document:1:1:last"),
        (key, sealed, "document:1:0:more"),
        (key, sealed, "document:2:0:last"),
        (key, flipped, "document:1:0:last"),
        (key, sealed[:-1], "document:1:0:last"),
        (key, b"", "document:1:0:last"),
        (key, b"y" * 32 + sealed[32:], "document:1:0:last"),
    ):
        with pytest.raises(DecryptionError):
            open_part(other_key, other, aad)


def test_a_paper_is_read_from_any_place(her: Client, case: Case) -> None:
    data = noise(2 * PART + 10)
    send(her, case, file(data=data))
    reader = document_parts.Reader(Document.objects.get())
    for at, length in ((0, 5), (PART - 2, 4), (2 * PART + 8, 9), (PART, PART), (len(data), 1)):
        reader.seek(at)
        got = b""
        while len(got) < length and (more := reader.read(length - len(got))):
            got += more
        assert got == data[at : at + length]
    assert reader.seek(-3, 2) == len(data) - 3
    assert reader.read() == data[-3:]


def test_a_paper_that_was_cut_does_not_open(her: Client, case: Case) -> None:
    send(her, case, file(data=noise(2 * PART + 10)))
    row = Document.objects.get()
    Document.objects.filter(pk=row.pk).update(size=2 * PART)
    row.refresh_from_db()
    with pytest.raises(DecryptionError):
        b"".join(documents.chunks(row))


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def olga() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


def desk(case: Case, rest: str = "") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def test_a_coordinator_opens_looks_at_and_answers_a_paper(her: Client, case: Case, olga: User) -> None:
    send(her, case, file())
    row = Document.objects.get()
    at_desk = staff_client(olga)
    assert b"New papers" in at_desk.get("/admin/requests/case/").content
    text = at_desk.get(desk(case, "change/")).content.decode()
    assert "scan.pdf" in text
    waiting = at_desk.get(desk(case, f"documents/{row.pk}/"), follow=True)
    assert "This paper is being checked." in waiting.content.decode()
    Document.objects.update(checked_at=timezone.now())
    answer = at_desk.get(desk(case, f"documents/{row.pk}/"))
    assert b"".join(answer.streaming_content) == SCAN
    assert AccessEvent.objects.filter(kind=AccessKind.DOCUMENT, object_id=row.pk, actor_id=olga.pk).exists()
    row.refresh_from_db()
    assert row.state == DocumentState.IN_REVIEW
    judge = desk(case, f"documents/{row.pk}/judge/")
    form = FormPage(at_desk.get(judge).content.decode())
    refused = at_desk.post(judge, {"form_token": form.values["form_token"][0], "state": "rejected", "reason": ""})
    assert refused.status_code == 422
    assert "Say what is wrong with the paper" in refused.content.decode()
    words = {"form_token": form.values["form_token"][0], "state": "rejected", "reason": "It is blurred."}
    for _ in range(2):  # a double click
        assert at_desk.post(judge, words).status_code == 302
    assert Task.objects.open().filter(kind__code=PAPERS).count() == 1
    assert b"New papers" not in at_desk.get("/admin/requests/case/").content
    assert "1 should be sent again." in her.get(f"/en/case/{case.reference}/").content.decode()


def test_a_second_factor_of_yesterday_opens_no_paper(her: Client, case: Case, olga: User) -> None:
    send(her, case, file())
    row = Document.objects.get()
    at_desk = staff_client(olga)
    session = at_desk.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record | {"at": time.time() - RECENT_SECONDS - 60} for record in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    session.save()
    assert at_desk.get(desk(case, f"documents/{row.pk}/")).status_code == 302
    assert not AccessEvent.objects.filter(kind=AccessKind.DOCUMENT).exists()


def test_a_coordinator_adds_papers_and_deletes_a_wrong_one(
    her: Client, case: Case, olga: User, django_capture_on_commit_callbacks: Any
) -> None:
    at_desk = staff_client(olga)
    add = desk(case, "documents/new/")
    assert at_desk.get(add).status_code == 200
    assert at_desk.post(f"{add}?form={new_token()}").status_code == 422
    at_desk.post(f"{add}?form={new_token()}", {"files": [file("from whatsapp.jpg", PHOTO)]})
    row = Document.objects.here().get()
    assert (row.added_by, row.name) == (olga, "from whatsapp.jpg")
    assert not Task.objects.filter(kind__code=document_tasks.REVIEW).exists()
    assert "from whatsapp.jpg" in her.get(page(case)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        at_desk.post(desk(case, f"documents/{row.pk}/remove/"))
    assert not Document.objects.here().exists()
    assert not stored()


# ── Checked ──────────────────────────────────────────────────────────────────────────────────


def test_a_paper_is_checked_and_shown_at_the_desk(her: Client, case: Case, olga: User) -> None:
    send(her, case, file("photo.pdf", PHOTO))
    assert "is being checked" in her.get(page(case)).content.decode()
    assert her.get(page(case, f"{Document.objects.get().pk}/")).status_code == 302
    deliver_all()
    row = Document.objects.get()
    # The parser says what it is, not its name.
    assert (row.kind, row.refused, row.sha256) == ("jpeg", "", hashlib.sha256(PHOTO).hexdigest())
    assert "Photograph (JPEG)" in her.get(page(case)).content.decode()
    at_desk = staff_client(olga)
    assert "documents/" in at_desk.get(desk(case, f"documents/{row.pk}/judge/")).content.decode()
    picture = at_desk.get(desk(case, f"documents/{row.pk}/preview/"))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert not any(data.startswith(b"\xff\xd8\xff") for data in stored())


def test_what_only_the_parser_sees_is_said_in_the_list_and_its_bytes_are_gone(
    her: Client, case: Case, django_capture_on_commit_callbacks: Any
) -> None:
    send(her, case, file())  # begins as a PDF, and is none
    with django_capture_on_commit_callbacks(execute=True):
        deliver_all()
    row = Document.objects.get()
    assert row.refused
    assert row.state == DocumentState.REJECTED
    assert row.refusal in html.unescape(her.get(page(case)).content.decode())
    assert not stored()
    assert not Task.objects.open().filter(kind__code=document_tasks.REVIEW).exists()
    # Its bytes are gone: nobody can accept it, and no part of it comes again.
    words: dict[str, Any] = {"reason": "", "by": make_staff(Role.COORDINATOR), "form_token": "1"}
    with pytest.raises(documents.DocumentRefused):
        document_review.judge(document=row, state=DocumentState.ACCEPTED, **words)
    assert put(her, case, str(row.pk), 0, SCAN).status_code == 409
    assert "The paper is removed." in her.post(page(case, f"{row.pk}/remove/"), follow=True).content.decode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"MZ" + bytes(100)),
        ("a.svg", b"<svg xmlns=''/>"),
        ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ],
)
def test_what_the_first_bytes_say_is_said_at_once(her: Client, case: Case, name: str, data: bytes) -> None:
    response = send(her, case, file(name, data), file())
    assert response.status_code == 422
    assert name in response.content.decode()
    key = begin(her, case, len(data), name=name).json()["id"]
    answer = put(her, case, key, 0, data)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert Document.objects.get().name == "scan.pdf"


def test_a_medical_image_is_served_without_what_stands_before_its_mark(her: Client, case: Case) -> None:
    image = b"MZ a program" + bytes(116) + b"DICM" + b"rest"
    document, _is_new = documents.begin(case=case, name="image", size=len(image))
    document_parts.write(document, 0, image, is_last=True)
    now = timezone.now()
    Document.objects.update(kind="dicom", received_at=now, checked_at=now)
    assert saved(her, Document.objects.get()) == bytes(128) + b"DICM" + b"rest"


# ── The checklist ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("status", "is_folded"), [(Status.WAITING_DOCUMENTS, False), (Status.TRAVEL, True)])
def test_the_desk_folds_the_checklist_once_the_clinics_have_decided(status: Status, *, is_folded: bool) -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    Case.objects.update(status=status)
    client = staff_client(make_staff(Role.COORDINATOR))
    shown = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    papers = shown.partition('id="documents"')[2].partition("</section>")[0]
    assert ("<details><summary>Ready: 0 of" in papers) is is_folded
    assert "missing" in papers


def test_the_checklist_of_the_illness_says_what_is_ready() -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    her = patient_of(case)
    text = her.get(page(case)).content.decode()
    total = DocumentNeed.objects.filter(condition=case.condition).count()
    assert f"Ready: 0 of {total}." in text
    assert "?need=pathology-report#send" in text
    assert "You send now:" in her.get(page(case) + "?need=pathology-report").content.decode()
    for need in ("pathology-report", "no-such-paper"):
        her.post(f"{page(case)}?form={new_token()}&need={quote(need)}", {"files": [file()]})
    assert sorted(Document.objects.values_list("need", flat=True)) == ["", "pathology-report"]
    assert f"Ready: 1 of {total}." in her.get(page(case)).content.decode()
    Document.objects.update(state=DocumentState.REJECTED)
    assert f"Ready: 0 of {total}." in her.get(page(case)).content.decode()
