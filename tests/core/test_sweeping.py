"""Private files that no row names: counted, deleted where that is wanted, and never mistaken."""

import ast
import os
import re
import uuid
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from clinics.services import photos
from portal.core import files
from portal.core.periodic import report_orphaned_files
from portal.core.storage import bucket as bucket_module
from portal.core.storage import sweeping
from requests.enums import PrintedKind
from requests.models import Document, ErasedFile, Erasure, PrintedPaper
from tests.bucket import AWAY, keep_files_at
from tests.factories import make_clinic, make_document, make_photo, submit
from tests.factories.photos import jpeg
from tests.requests.delivery import deliver_all
from tests.requests.test_sealed_estimates import final
from tests.services import S3Server
from tests.services.process import PROJECT
from tests.test_unused import modules

pytestmark = pytest.mark.django_db

# The only place where it is said which columns name private files, beside the registrations themselves.
NAMED_BY = {
    "clinics.Photo.original",
    "clinics.Photo.replaces",
    "clinics.Photo.variants",
    "requests.Document.preview",
    "requests.DocumentPart.file",
    "requests.ErasedFile.name",
    "requests.Estimate.pdf_name",
    "requests.PrintedPaper.name",
}
# The modules that write private files. A new one says in NAMED_BY and to ``sweeping.register`` where it keeps their names.
WRITERS = {
    "clinics/services/photos.py",
    "requests/services/document_parts.py",
    "requests/services/document_checks.py",
    "requests/services/estimates.py",
    "requests/services/printing.py",
}


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    settings.KEPT_DIR = tmp_path / "files" / "kept"
    return tmp_path / "files"


@pytest.fixture
def filled(folder: Path) -> set[str]:
    """The names of the files of one row of each kind that names some."""
    document = make_document(submit(), name="photo.jpg", data=jpeg())
    Document.objects.update(checked_at=None)
    estimate = final(submit(email="other@example.org", phone=""))
    deliver_all()
    document.refresh_from_db()
    estimate.refresh_from_db()
    photo = make_photo(clinic=make_clinic())
    photos.save(photo=photo, upload=jpeg(colour="red"))
    names = {photo.original, photo.replaces, *photos.names(photo.variants), document.preview, estimate.pdf_name}
    paper = PrintedPaper(case=estimate.case, kind=PrintedKind.CARD, object_id=estimate.case_id, language="en")
    paper.name = files.write(b"sealed")
    paper.save()
    erasure = Erasure.objects.create(reference="MR-2222-2222", why="patient", state="done", erased_at=timezone.now())
    erased = ErasedFile.objects.create(erasure=erasure, name=files.write(b"noise"))
    names |= {paper.name, erased.name, *document.parts.values_list("file", flat=True)}
    assert "" not in names
    return names


def make_old(folder: Path, name: str) -> Path:
    """Let a file of the folder have been written two days ago."""
    path = folder / name[:2] / name
    moment = path.stat().st_mtime - 2 * 86_400
    os.utime(path, (moment, moment))
    return path


def orphan(folder: Path) -> Path:
    return make_old(folder, files.write(b"nobody names me"))


def sweep(*options: str) -> str:
    printed = StringIO()
    call_command("sweep_files", *options, stdout=printed)
    return printed.getvalue()


# ── What names files ─────────────────────────────────────────────────────────────────────────


def test_every_module_that_writes_files_is_known() -> None:
    found = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="write", value=ast.Name(id="files"))):
                    found.add(str(path.relative_to(PROJECT)))
                case ast.ImportFrom(module="portal.core.files"):
                    found.add(f"{path.relative_to(PROJECT)} imports from files: import the module")
    assert found == WRITERS


def test_every_column_that_names_files_is_registered() -> None:
    assert {f"{column.model_label}.{column.name}" for column in sweeping._columns} == NAMED_BY
    for column in sweeping._columns:
        apps.get_model(column.model_label)._meta.get_field(column.name)


def columns_that_hold(names: set[str]) -> set[str]:
    """Return the columns in which some of these names stand, of all rows of all our models."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.get_internal_type() in ("CharField", "TextField", "JSONField", "SlugField"):
                values = model._base_manager.order_by().values_list(field.attname, flat=True)
                if any(names & set(re.findall(r"[0-9a-f]{32}", str(value))) for value in values):
                    found.add(f"{model._meta.label}.{field.name}")
    return found


def test_rows_name_files_in_the_registered_columns_alone(filled: set[str]) -> None:
    # Which upload of a photograph is to be prepared; the photograph names its file.
    assert columns_that_hold(filled) - {"core.OutboxItem.dedupe_key"} == NAMED_BY


# ── What is deleted ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("batch", [1, 3, 10_000])
def test_only_old_files_that_no_row_names_are_found_and_deleted(
    folder: Path, filled: set[str], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", batch)
    for name in filled:
        make_old(folder, name)
    lost, young = [orphan(folder), orphan(folder)], files.write(b"its row comes in a moment")
    draft = orphan(folder)
    draft = draft.rename(draft.with_suffix(".part"))
    (folder / "kept").mkdir()
    strangers = [folder / "kept" / ("a" * 32), lost[0].parent / "readme.txt"]
    for path in strangers:
        path.write_bytes(b"made again")
        os.utime(path, (0, 0))
    count = len(filled) + 3
    told = f"3 of {count} files, with 45 bytes, are named by no row.\n"
    assert sweep() == told
    assert all(path.exists() for path in lost)
    assert sweep("--delete") == f"{told}3 files deleted.\n"
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {*filled, young, *(path.name for path in strangers)}
    assert sweep("--delete") == f"0 of {len(filled)} files, with 0 bytes, are named by no row.\n"


def test_most_of_the_files_are_deleted_only_when_somebody_insists(folder: Path) -> None:
    lost = orphan(folder)
    with pytest.raises(CommandError, match="Most files are named by no row"):
        sweep("--delete")
    assert lost.exists()
    assert "1 files deleted." in sweep("--delete", "--most")
    assert not lost.exists()


def test_in_a_bucket_and_in_the_folder_that_is_not_moved_yet(
    settings: Settings, folder: Path, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = orphan(folder)
    bucket = uuid.uuid4().hex
    keep_files_at(settings, s3_server.url(bucket))
    document = make_document(submit())
    named = set(document.parts.values_list("file", flat=True))
    lost = {files.write(b"nobody names me") for _number in range(3)}
    # The store says that they are of now.
    assert sweep() == "1 of 1 files, with 15 bytes, are named by no row.\n"
    monkeypatch.setattr(sweeping, "YOUNG", -timedelta(hours=1))
    assert sweep() == "4 of 5 files, with 60 bytes, are named by no row.\n"
    assert "4 files deleted." in sweep("--delete", "--most")
    assert set(s3_server.files(bucket)) == named
    assert not before.exists()
    assert lost & set(s3_server.files(bucket)) == set()


def test_a_bucket_lists_more_than_one_answer_holds(
    settings: Settings, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_module, "LISTED_AT_ONCE", 2)
    keep_files_at(settings, s3_server.url(uuid.uuid4().hex))
    store = storages["private"]
    names = [f"ab{number:030}" for number in range(5)]
    for name in reversed(names):
        store.save(name, ContentFile(b"x"))
    assert [listed.name for listed in store.listing()] == names


def test_a_store_that_is_away_deletes_nothing(settings: Settings, folder: Path) -> None:
    lost = orphan(folder)
    keep_files_at(settings, AWAY)
    with pytest.raises(CommandError, match="is away"):
        sweep("--delete", "--most")
    assert lost.exists()


def test_each_week_the_log_is_told_and_nothing_is_deleted(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    report_orphaned_files()
    assert caplog.messages == []
    lost = orphan(folder)
    report_orphaned_files()
    assert caplog.messages == ["1 private files with 15 bytes are named by no row. See manage.py sweep_files."]
    assert lost.exists()
