"""A case is erased in the same second as somebody writes, uploads, inspects or prints: nothing of it comes back."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from portal.accounts.models import User
from portal.core.delivery import long_work
from portal.core.encryption.primitives import KeyErased
from requests.enums import ErasureWhy, PrintedKind
from requests.models import Case, Document, PrintedPaper
from requests.services import desk, document_checks, document_parts, documents, erasing, erasures, messages, printing
from tests.factories import make_document, submit
from tests.requests.delivery import deliver_all
from tests.requests.test_erasures import rows_of
from tests.requests.test_printing import owe

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql(reason="SQLite lets one connection write at a time"),
]
LIMIT = 20


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Path:
    settings.ERASURES_FILE = tmp_path / "list" / "erasures.jsonl"
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def case() -> Case:
    case = submit(name="Canary Fatima")
    deliver_all()
    case.refresh_from_db()
    # Whoever writes has read the case before: the key is in the memory of that process.
    assert case.name
    case.data_key()
    return case


class Thread(threading.Thread):
    """Does something with a connection of its own and keeps what it raised."""

    def __init__(self, deed: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.deed = deed
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.deed()
        except Exception as error:  # noqa: BLE001 – looked at by the test
            self.error = error
        finally:
            connection.close()


def check_nothing_is_left(case: Case, store: Path) -> None:
    deliver_all()
    assert Case.objects.get(pk=case.pk).is_erased
    assert rows_of(case).keys() <= {model.__name__ for model in erasing.KEPT}
    assert [path.name for path in store.rglob("*") if path.is_file()] == []


def late_note(case: Case, by: User) -> object:
    return desk.add_note(case=case, body="Canary late", by=by)


def late_answer(case: Case, by: User) -> object:
    return messages.write_to_patient(case=case, body="Canary late", by=by, form_token="d" * 20)


def late_message(case: Case, by: User) -> object:
    return messages.write_to_desk(case=case, body="Canary late", form_token="p" * 20)


def late_draft(case: Case, by: User) -> None:
    messages.keep_draft(case=case, body="Canary late")


def late_paper(case: Case, by: User) -> object:
    return documents.begin(case=case, name="canary.pdf")


@pytest.mark.parametrize("write", [late_note, late_answer, late_message, late_draft, late_paper])
def test_words_that_come_while_a_case_is_erased_are_not_kept(
    case: Case, store: Path, coordinator: User, monkeypatch: pytest.MonkeyPatch, write: Callable[[Case, User], object]
) -> None:
    is_destroyed, may_end = threading.Event(), threading.Event()
    destroy = erasing.destroy

    def slow(*given: Any) -> None:
        destroy(*given)
        is_destroyed.set()
        may_end.wait(LIMIT)

    monkeypatch.setattr(erasing, "destroy", slow)
    eraser = Thread(lambda: erasures.erase(Case.objects.get(pk=case.pk), why=ErasureWhy.RETENTION))
    assert is_destroyed.wait(LIMIT)
    # Not committed yet: the writer sees the case as it was, and waits for its row.
    writer = Thread(lambda: write(case, coordinator))
    writer.join(0.3)
    may_end.set()
    for thread in (eraser, writer):
        thread.join(LIMIT)
    assert eraser.error is None
    assert isinstance(writer.error, KeyErased), repr(writer.error)
    check_nothing_is_left(case, store)


def test_a_part_of_a_paper_that_comes_while_its_case_is_erased_leaves_no_file(
    case: Case, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, _is_new = documents.begin(case=case, name="canary.pdf", size=20)
    is_destroyed, may_end = threading.Event(), threading.Event()
    destroy = erasing.destroy

    def slow(*given: Any) -> None:
        destroy(*given)
        is_destroyed.set()
        may_end.wait(LIMIT)

    monkeypatch.setattr(erasing, "destroy", slow)
    eraser = Thread(lambda: erasures.erase(Case.objects.get(pk=case.pk), why=ErasureWhy.RETENTION))
    assert is_destroyed.wait(LIMIT)
    sender = Thread(lambda: documents.take_part(document=document, offset=0, plain=b"%PDF-1.7 Canary part"[:20]))
    sender.join(0.5)
    may_end.set()
    for thread in (eraser, sender):
        thread.join(LIMIT)
    assert eraser.error is None
    assert sender.error is not None
    check_nothing_is_left(case, store)


def test_a_part_that_was_begun_before_the_erasing_goes_with_it(
    case: Case, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, _is_new = documents.begin(case=case, name="canary.pdf", size=20)
    is_written, may_end = threading.Event(), threading.Event()
    write = document_parts.write

    def slow(*given: Any, **options: Any) -> None:
        write(*given, **options)
        is_written.set()
        may_end.wait(LIMIT)

    monkeypatch.setattr(document_parts, "write", slow)
    sender = Thread(lambda: documents.take_part(document=document, offset=0, plain=b"%PDF-1.7 Canary part"[:20]))
    assert is_written.wait(LIMIT)
    eraser = Thread(lambda: erasures.erase(Case.objects.get(pk=case.pk), why=ErasureWhy.RETENTION))
    eraser.join(0.5)
    may_end.set()
    for thread in (eraser, sender):
        thread.join(LIMIT)
    assert eraser.error is None, repr(eraser.error)
    check_nothing_is_left(case, store)


def test_a_paper_that_is_inspected_while_its_case_is_erased_does_not_come_back(
    case: Case, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_document(case)
    Document.objects.filter(pk=paper.pk).update(checked_at=None)
    paper = Document.objects.select_related("case").get(pk=paper.pk)
    is_read, is_erased = threading.Event(), threading.Event()
    inspect = document_checks.inspect

    def slow(*given: Any) -> Any:
        try:
            return inspect(*given)
        finally:
            is_read.set()
            is_erased.wait(LIMIT)

    monkeypatch.setattr(document_checks, "inspect", slow)
    worker = Thread(lambda: document_checks.check(paper, Silent()))
    assert is_read.wait(LIMIT), repr(worker.error)
    erasures.erase(Case.objects.get(pk=case.pk), why=ErasureWhy.RETENTION)
    is_erased.set()
    worker.join(LIMIT)
    assert worker.error is None, repr(worker.error)
    check_nothing_is_left(case, store)


class Silent(long_work.Work):
    """A check whose progress nobody reads."""

    def __init__(self) -> None:
        pass

    def progress(self, done: int, of: int) -> None:
        pass


def test_a_pdf_that_is_printed_while_its_case_is_erased_leaves_no_file(
    case: Case, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_rendered, is_erased = threading.Event(), threading.Event()

    def render(paper: PrintedPaper) -> bytes:
        is_rendered.set()
        is_erased.wait(LIMIT)
        return b"%PDF Canary"

    monkeypatch.setattr(printing, "_printers", dict(printing._printers))
    printing.renders(PrintedKind.CARD)(render)
    paper = PrintedPaper.objects.select_related("case").get(pk=owe(case).pk)
    worker = Thread(lambda: printing.fulfil(paper))
    assert is_rendered.wait(LIMIT)
    erasures.erase(Case.objects.get(pk=case.pk), why=ErasureWhy.RETENTION)
    is_erased.set()
    worker.join(LIMIT)
    assert worker.error is None, repr(worker.error)
    check_nothing_is_left(case, store)
