"""PDFs of a case that workers print: one file for each, never lost, printed anew when what they say has changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from portal.core import files
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import PrintedKind
from requests.models import Case, PrintedPaper
from requests.services import clock, effects, printing
from tests.factories import submit
from tests.requests.delivery import deliver_all

pytestmark = pytest.mark.django_db
KIND = PrintedKind.CARD


class Printer:
    """What a PDF says at the moment, and how often it was rendered."""

    words = "first"
    rendered = 0

    def render(self, paper: PrintedPaper) -> bytes:
        self.rendered += 1
        return f"%PDF {self.words} {paper.language}".encode()


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_DIR = tmp_path
    return tmp_path


@pytest.fixture
def printer() -> Iterator[Printer]:
    """A printer that prints cards and records of acceptances; only cards ever change."""
    kept, printer = dict(printing._printers), Printer()
    printing.renders(KIND, made_from=lambda paper: printer.words)(printer.render)
    printing.renders(PrintedKind.ACCEPTANCE)(printer.render)
    yield printer
    printing._printers.clear()
    printing._printers.update(kept)


@pytest.fixture
def case() -> Case:
    case = submit()
    deliver_all()
    return case


def owe(case: Case, kind: PrintedKind = KIND, language: str = "en") -> PrintedPaper:
    with transaction.atomic():
        return printing.owe(clock.lock(case), kind, language=language)


def ready(case: Case, kind: PrintedKind = KIND, language: str = "en") -> PrintedPaper | None:
    return printing.ready(case, kind, language=language)


def stored(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_what_is_owed_is_printed_once_and_sealed(case: Case, printer: Printer, folder: Path) -> None:
    before = stored(folder)
    assert {owe(case).pk, owe(case).pk} == {PrintedPaper.objects.get().pk}, "owed twice, it is one"
    assert ready(case) is None
    deliver_all()
    paper = ready(case)
    assert paper is not None
    assert (printing.read(paper), printer.rendered) == (b"%PDF first en", 1)
    assert paper.sha256 == files.sha256(b"%PDF first en")
    assert stored(folder) - before == {paper.name}
    assert b"PDF" not in files.read(paper.name)


def test_each_language_has_its_own(case: Case, printer: Printer) -> None:
    owe(case)
    owe(case, language="ar")
    deliver_all()
    papers = [ready(case), ready(case, language="ar")]
    assert [printing.read(paper) for paper in papers if paper] == [b"%PDF first en", b"%PDF first ar"]


def test_what_changed_is_printed_anew_and_the_old_file_goes(case: Case, printer: Printer, folder: Path) -> None:
    before = stored(folder)
    owe(case)
    deliver_all()
    old = ready(case)
    assert old is not None
    printer.words = "second"
    assert ready(case) is None, "stale"
    assert printing.ready_or_owed(case, KIND, language="en") is None
    deliver_all()
    new = ready(case)
    assert new is not None
    assert printing.read(new) == b"%PDF second en"
    assert stored(folder) - before == {new.name}
    assert printing.read(old) == b"%PDF second en", "who had read the row before gets the newer one"


def test_back_to_what_it_was_it_is_printed_again(case: Case, printer: Printer) -> None:
    for words in ("first", "second", "first"):
        printer.words = words
        assert printing.ready_or_owed(case, KIND, language="en") is None
        deliver_all()
    paper = ready(case)
    assert paper is not None
    assert printing.read(paper) == b"%PDF first en"


def test_a_change_while_it_is_printed_is_not_lost(case: Case, printer: Printer) -> None:
    paper = owe(case)

    def render(paper: PrintedPaper) -> bytes:
        printer.words = "second"
        return b"%PDF begun before"

    printing.renders(KIND, made_from=lambda paper: printer.words)(render)
    printing.fulfil(paper)
    assert ready(case) is None, "it says what is not true any more"


def test_a_record_of_an_acceptance_never_changes(case: Case, printer: Printer) -> None:
    owe(case, PrintedKind.ACCEPTANCE)
    deliver_all()
    printer.words = "second"
    owe(case, PrintedKind.ACCEPTANCE)
    deliver_all()
    paper = ready(case, PrintedKind.ACCEPTANCE)
    assert paper is not None
    assert (printing.read(paper), printer.rendered) == (b"%PDF first en", 1)


def test_a_worker_killed_before_it_recorded_loses_nothing(
    case: Case, printer: Printer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(folder)
    paper = owe(case)
    with monkeypatch.context() as patch:
        # The file is on the disk, and the row was never written.
        patch.setattr(files, "sha256", _killed)
        with pytest.raises(KeyboardInterrupt):
            printing.fulfil(paper)
    assert len(stored(folder) - before) == 1
    assert ready(case) is None
    deliver_all()
    printed = ready(case)
    assert printed is not None
    assert printing.read(printed) == b"%PDF first en"
    # Handed out again although it was done: no other file, no other row.
    again = stored(folder)
    printing.fulfil(PrintedPaper.objects.select_related("case").get())
    assert (stored(folder), PrintedPaper.objects.get().name) == (again, printed.name)


def test_of_two_workers_at_once_the_slower_keeps_no_file(case: Case, printer: Printer, folder: Path) -> None:
    before = stored(folder)
    owe(case)
    rows = [PrintedPaper.objects.select_related("case").get() for _worker in range(2)]
    for row in rows:
        printing.fulfil(row)
    assert printer.rendered == 2
    assert stored(folder) - before == {PrintedPaper.objects.get().name}


def test_of_spam_nothing_is_printed_until_it_is_a_request_again(case: Case, printer: Printer) -> None:
    Case.objects.update(status="spam")
    owe(case)
    item = OutboxItem.objects.get(kind=effects.CASE_PDF)
    assert (item.state, str(item.object_id)) == ("held", str(PrintedPaper.objects.get().pk))
    assert not outbox.deliver(item.pk)


def _killed(data: bytes) -> str:
    raise KeyboardInterrupt
