"""How far the check of a paper is, on the page of its patient and at the desk; and uploads that are never finished."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.core.encryption.parts import PART
from portal.core.localisation.formats import day
from portal.core.models import OutboxItem
from requests.enums import AccessKind
from requests.models import AccessEvent, Case, Document, DocumentPart
from requests.services import documents, effects
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_document, make_staff, submit
from tests.requests.test_documents import begin, noise, page, put, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    return submit()


@pytest.fixture
def her(case: Case) -> Client:
    return patient_of(case)


# ── Being checked ────────────────────────────────────────────────────────────────────────────


def test_a_paper_says_how_far_its_check_is(her: Client, case: Case) -> None:
    done, waiting, checking = (make_document(case, name=f"{name}.pdf") for name in ("a", "b", "c"))
    Document.objects.exclude(pk=done.pk).update(checked_at=None)
    OutboxItem.objects.filter(object_id=checking.pk, kind=effects.CHECK_DOCUMENT).update(
        progress_done=41, progress_total=100
    )
    desk = staff_client(make_staff(Role.COORDINATOR)).get(f"/admin/requests/case/{case.pk}/change/")
    for text in (her.get(page(case)).content.decode(), desk.content.decode()):
        assert text.count("is being checked") == 2
        assert text.count("is being checked: 41 %") == 1
    text = her.get(page(case)).content.decode()
    rows = [row for row in text.split("<li ") if "data-checking" in row]
    assert [pk in row for row, pk in zip(rows, (f"document-{checking.pk}", f"document-{waiting.pk}"), strict=True)]


def test_the_script_asks_for_the_lists_alone_and_nobody_reads_the_case_by_that(her: Client, case: Case) -> None:
    row = make_document(case, name="CT.pdf")
    Document.objects.update(checked_at=None)
    AccessEvent.objects.filter(kind=AccessKind.CASE).delete()
    response = her.get(page(case, "list/"))
    assert response.status_code == 200
    text = response.content.decode()
    assert f'id="document-{row.pk}" data-checking' in text
    assert "<html" not in text
    assert "no-store" in response["Cache-Control"]
    assert not AccessEvent.objects.filter(kind=AccessKind.CASE).exists()
    assert her.post(page(case, "list/")).status_code == 405
    assert patient_of(submit(email="other@example.org", phone="")).get(page(case, "list/")).status_code == 404


# ── Never finished ───────────────────────────────────────────────────────────────────────────


def make_old(document: Document, *, part: timedelta) -> None:
    """Let an upload have begun long ago, and its last part have come a while ago."""
    Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(days=30))
    DocumentPart.objects.filter(document=document).update(created_at=timezone.now() - part)


def test_the_list_says_until_when_a_part_is_kept(her: Client, case: Case) -> None:
    key = begin(her, case, 2 * PART).json()["id"]
    document = Document.objects.get(pk=key)
    assert document.kept_until == document.created_at + timedelta(days=1)
    put(her, case, key, 0, noise(PART))
    make_old(document, part=timedelta(hours=2))
    document.refresh_from_db()
    last = DocumentPart.objects.get()
    assert document.kept_until == last.created_at + timedelta(days=1)
    text = her.get(page(case)).content.decode()
    assert "We keep this part until" in text
    assert f"until <bdi>{day(document.kept_until, 'en')}</bdi>" in text


def test_an_upload_without_a_new_part_for_a_day_is_deleted(her: Client, case: Case) -> None:
    keys = [begin(her, case, 3 * PART, name=f"{number}.pdf").json()["id"] for number in range(4)]
    old, going_on, young, empty = (Document.objects.get(pk=key) for key in keys)
    for document in (old, going_on, young):
        put(her, case, str(document.pk), 0, noise(PART))
    put(her, case, str(going_on.pk), PART, noise(PART))
    day_ago = timedelta(days=1, minutes=1)
    make_old(old, part=day_ago)
    make_old(going_on, part=day_ago)
    DocumentPart.objects.filter(document=going_on, number=1).update(created_at=timezone.now() - timedelta(hours=23))
    make_old(empty, part=day_ago)
    # A plain form whose process was killed leaves a row without a size.
    killed, _is_new = documents.begin(case=case, name="killed.pdf")
    make_old(killed, part=day_ago)
    whole = make_document(case)
    make_old(whole, part=day_ago)
    documents.discard_unfinished(timezone.now() - timedelta(days=1))
    assert set(Document.objects.all()) == {going_on, young, whole}
    assert len(stored()) == 4
    # It goes on where it was, and what is gone begins anew.
    assert put(her, case, str(going_on.pk), 2 * PART, noise(PART)).json()["done"]
    assert put(her, case, str(old.pk), PART, noise(PART)).status_code == 404


def test_a_part_that_comes_while_it_is_deleted_finds_nothing(her: Client, case: Case) -> None:
    document = Document.objects.get(pk=begin(her, case, 2 * PART).json()["id"])
    documents.discard(document)
    with pytest.raises(documents.WrongPlace):
        documents.take_part(document=document, offset=0, plain=noise(PART))
    assert not stored()
