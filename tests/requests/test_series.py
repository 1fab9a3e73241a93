"""Series of medical images that were sent one by one: one paper for everybody; and the name in their header."""

import tracemalloc
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone, translation

from conditions.models import Condition
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.parts import PART
from portal.core.inspection import study_in_words
from portal.core.text.person_names import Match
from requests.downloads import as_zip
from requests.enums import AccessKind, ActorKind, DocumentState, EventKind, ForWhom
from requests.models import AccessEvent, Case, CaseReview, Document, Event, Task
from requests.selectors import documents as papers
from requests.selectors.documents import name_check, series_of
from requests.services import document_parts, document_review, document_tasks, documents
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.core.inspection_files import dicom, disc_contents
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.reading import FormPage
from tests.requests.test_documents import desk, file, page, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    return submit(name="Анна Иванова")


@pytest.fixture
def her(case: Case) -> Client:
    return patient_of(case)


@pytest.fixture
def olga() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


def image(case: Case, number: int, *, series: str = "1.2.3", name: str = "IVANOVA^ANNA", data: bytes = b"") -> Document:
    """Return an image of a series as a check leaves it."""
    data = data or bytes(128) + b"DICM" + bytes([number % 256]) * 60
    document, _is_new = documents.begin(case=case, name=f"IM{number:06}", size=len(data))
    for place in range(0, len(data), PART):
        part = data[place : place + PART]
        document_parts.write(document, place // PART, part, is_last=place + PART >= len(data))
    documents.finish(document)
    document.kind, document.checked_at = "dicom", timezone.now()
    document.findings = (
        f'{{"images": 1, "modality": "CT", "body_part": "CHEST", "study_date": "2026-11-12", "name": "{name}"}}'
    )
    document.series, document.instance_number = f"{series} {name}", number
    document.save()
    return document


def test_images_that_come_one_by_one_are_one_paper(her: Client, case: Case, olga: User) -> None:
    # In the wrong order, one without an ending, with the list of the disc and an image of another series.
    send(
        her, case,
        file("IM000003", dicom(number=3, series="1.2.840.99887766")),
        file("IM000001.dcm", dicom(number=1, series="1.2.840.99887766")),
        file("IM000002", dicom(number=2, series="1.2.840.99887766")),
        file("DICOMDIR", disc_contents()),
        file("other.dcm", dicom(number=1, series="1.2.5", BodyPartExamined="HEAD")),
    )  # fmt: skip
    assert "5 files are being checked." in her.get(page(case)).content.decode()
    assert "5 files are being checked" in staff_client(olga).get(desk(case, "change/")).content.decode()
    deliver_all()
    text = her.get(page(case)).content.decode()
    assert text.count("CT chest, 4 Nov 2026") == 2  # its name, and its button
    assert "3 images" in text
    assert "other.dcm" in text
    assert "(DICOMDIR) is left out" in text
    assert "2 papers are here." in her.get(f"/en/case/{case.reference}/").content.decode()
    rows = Document.objects.here()
    assert rows.exclude(series_hash="").values("series_hash").distinct().count() == 2
    # The number of a series says who was examined: it lies nowhere in clear.
    assert not any("99887766" in str(row) for row in rows.values())
    with translation.override("en"):
        saved = her.get(series_of(rows.get(instance_number=3)).get_absolute_url())
    packed = ZipFile(BytesIO(b"".join(saved.streaming_content)))
    assert packed.namelist() == ["IMG0001.dcm", "IMG0002.dcm", "IMG0003.dcm"]
    assert packed.read("IMG0002.dcm") == dicom(number=2, series="1.2.840.99887766")


def test_a_list_of_a_disc_that_comes_alone_says_what_to_do(her: Client, case: Case) -> None:
    send(her, case, file("DICOMDIR", disc_contents()))
    deliver_all()
    text = her.get(page(case)).content.decode()
    assert "Pack the whole CD into one ZIP file" in text
    assert "left out" not in text


def test_a_zip_of_a_series_is_served_by_views_alone(her: Client, case: Case, olga: User) -> None:
    rows = [image(case, number) for number in (2, 1, 3)]
    response = her.get(page(case, f"{rows[0].pk}/series/"))
    assert response["Content-Disposition"] == 'attachment; filename="CT chest, 12 Nov 2026.zip"'
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert AccessEvent.objects.get(kind=AccessKind.DOCUMENT).object_id == rows[0].pk
    stranger = patient_of(submit(email="other@example.org", phone=""))
    assert stranger.get(page(case, f"{rows[0].pk}/series/")).status_code == 404
    at_desk = staff_client(olga)
    answer = at_desk.get(desk(case, f"documents/{rows[1].pk}/series/"))
    assert len(ZipFile(BytesIO(b"".join(answer.streaming_content))).namelist()) == 3
    assert set(Document.objects.values_list("state", flat=True)) == {DocumentState.IN_REVIEW}
    assert AccessEvent.objects.filter(kind=AccessKind.DOCUMENT, actor_id=olga.pk).count() == 1
    # What is no image of a series has no ZIP.
    Document.objects.update(series_hash="")
    assert at_desk.get(desk(case, f"documents/{rows[1].pk}/series/")).status_code == 404
    assert her.get(page(case, f"{rows[1].pk}/series/")).url == page(case, f"{rows[1].pk}/")


def test_nothing_stands_before_the_mark_of_an_image_in_a_zip(case: Case) -> None:
    program = b"MZ a program" + bytes(116) + b"DICM" + b"rest"
    image(case, 1, data=program)
    row = series_of(image(case, 2))
    packed = ZipFile(BytesIO(b"".join(as_zip(row))))
    assert packed.read("IMG0001.dcm") == bytes(128) + b"DICM" + b"rest"
    assert packed.testzip() is None


def test_a_zip_needs_the_memory_of_a_part(case: Case) -> None:
    for number in range(6):
        image(case, number, data=bytes(128) + b"DICM" + bytes(2 * PART))
    row = series_of(Document.objects.all()[0])
    tracemalloc.start()
    try:
        sent = sum(map(len, as_zip(row)))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > 12 * PART
    assert most < 8 * PART


def test_what_is_said_of_a_series_is_said_of_every_image(her: Client, case: Case, olga: User) -> None:
    rows = [image(case, number) for number in range(1, 6)]
    assert Task.objects.open().filter(kind__code=document_tasks.REVIEW).exists()
    at_desk = staff_client(olga)
    text = at_desk.get(desk(case, "change/")).content.decode()
    assert text.count("Can it be used?") == 1
    # The first of them set off the task.
    assert "Paper added × 4" in text
    judge = desk(case, f"documents/{rows[3].pk}/judge/")
    form = FormPage(at_desk.get(judge).content.decode())
    words = {"form_token": form.values["form_token"][0], "state": "rejected", "reason": "Half of them are missing."}
    for _ in range(2):
        assert at_desk.post(judge, words).status_code == 302
    assert {(row.state, row.reason) for row in Document.objects.all()} == {("rejected", "Half of them are missing.")}
    assert Task.objects.open().get(kind__code=papers.PAPERS).details == (
        "CT chest, 12 Nov 2026: Half of them are missing."
    )
    assert Event.objects.filter(kind=EventKind.DOCUMENT_JUDGED).count() == 1
    assert not Task.objects.open().filter(kind__code=document_tasks.REVIEW).exists()
    # More of them come: there is something to look at again.
    image(case, 6)
    assert "New" in at_desk.get(desk(case, "change/")).content.decode()
    assert Document.objects.here().to_look_at().count() == 1


def test_a_series_is_taken_back_and_deleted_as_one(
    her: Client, case: Case, olga: User, django_capture_on_commit_callbacks: Any, tmp_path: Path
) -> None:
    rows = [image(case, number) for number in range(3)]
    other = image(case, 1, series="1.2.9")
    with django_capture_on_commit_callbacks(execute=True):
        her.post(page(case, f"{rows[1].pk}/remove/"))
    assert list(Document.objects.here()) == [other]
    assert not Document.objects.exclude(removed_at=None).exclude(series_hash="").exists()
    assert Event.objects.filter(kind=EventKind.DOCUMENT_REMOVED).count() == 1
    seen, new = image(case, 1), image(case, 2)
    Document.objects.filter(pk=seen.pk).update(state=DocumentState.ACCEPTED)
    # What was looked at stays, whatever came later.
    with django_capture_on_commit_callbacks(execute=True):
        documents.remove(document=new, by=ActorKind.PATIENT)
    assert set(Document.objects.here()) == {other, seen}
    with django_capture_on_commit_callbacks(execute=True):
        staff_client(olga).post(desk(case, f"documents/{seen.pk}/remove/"))
        documents.remove(document=other, by=olga)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_images_of_two_people_or_cases_are_never_one_paper(case: Case) -> None:
    other = submit(email="other@example.org", phone="")
    rows = [image(case, 1), image(case, 2), image(case, 1, name="PETROV^IVAN"), image(other, 1)]
    assert [len(series_of(row).series_images) for row in rows] == [2, 2, 1, 1]
    assert len(set(Document.objects.values_list("series_hash", flat=True))) == 2


def test_the_middle_image_is_the_preview(case: Case, olga: User) -> None:
    rows = [image(case, number) for number in (5, 1, 3, 2, 4)]
    Document.objects.update(preview="x")
    text = staff_client(olga).get(desk(case, f"documents/{rows[0].pk}/judge/")).content.decode()
    assert f"documents/{rows[2].pk}/preview/" in text


# ── With the checklist ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def ill() -> Case:
    return submit(email="ill@example.org", condition=Condition.objects.get(slug="liver-metastases"))


def item(case: Case, code: str) -> papers.Item:
    return next(item for item in papers.checklist(case, "en") if item.need.code == code)


def test_a_series_is_filed_as_one_paper_and_is_one_of_the_checklist(ill: Case, olga: User) -> None:
    code = papers.checklist(ill, "en")[0].need.code
    document_review.ask_for(case=ill, need=code, details="", due_at=None, by=olga, form_token="a" * 20)
    rows = [image(ill, number) for number in range(1, 4)]
    assert Task.objects.open().filter(need=code).exists()
    at_desk = staff_client(olga)
    for _ in range(2):
        at_desk.post(desk(ill, f"documents/{rows[1].pk}/file/"), {"need": code, "language": ""})
    assert set(Document.objects.values_list("need", flat=True)) == {code}
    assert Event.objects.filter(kind=EventKind.DOCUMENT_FILED).count() == 1
    assert not Task.objects.open().filter(need=code).exists()
    hers = patient_of(ill).get(page(ill)).content.decode()
    assert f'id="need-{code}"' in hers
    assert hers.count("CT chest, 12 Nov 2026") == 2
    assert not item(ill, code).is_ready
    document_review.judge(document=rows[2], state=DocumentState.ACCEPTED, by=olga, form_token="b" * 20)
    assert item(ill, code).is_ready
    assert not papers.waits_for_the_desk(ill)
    # One more of it that nobody has seen.
    late = image(ill, 4)
    Document.objects.filter(pk=late.pk).update(need=code)
    assert not item(ill, code).is_ready
    # It goes as a whole, and what it had brought is asked for again.
    documents.remove(document=late, by=olga)
    assert item(ill, code).document is None
    assert Task.objects.open().filter(need=code).exists()


def test_what_was_rejected_of_a_series_is_asked_for_under_its_name(ill: Case, olga: User) -> None:
    code = papers.checklist(ill, "en")[0].need.code
    rows = [image(ill, number) for number in range(1, 4)]
    document_review.file_as(document=rows[0], need=code, language="", by=olga)
    said = {"reason": "Half of it.", "by": olga, "form_token": "c" * 20}
    document_review.judge(document=rows[1], state=DocumentState.REJECTED, **said)  # type: ignore[arg-type]  # of any kind
    task = Task.objects.open().get(need=code)
    assert task.details.endswith("CT chest, 12 Nov 2026: Half of it.")
    assert item(ill, code).document is None


def test_images_that_come_later_are_filed_as_their_series(ill: Case, olga: User) -> None:
    code = papers.checklist(ill, "en")[0].need.code
    her = patient_of(ill)
    send(her, ill, file("IM1", dicom(number=1, series="1.2.840.7")))
    deliver_all()
    document_review.file_as(document=Document.objects.get(), need=code, language="", by=olga)
    send(her, ill, file("IM2", dicom(number=2, series="1.2.840.7")), file("IM3", dicom(number=1, series="1.2.840.8")))
    deliver_all()
    assert {row.name for row in Document.objects.exclude(need="")} == {"IM1", "IM2"}


def test_images_have_nothing_to_translate(case: Case, olga: User) -> None:
    rows = [image(case, number) for number in range(1, 3)]
    text = staff_client(olga).get(desk(case, f"documents/{rows[0].pk}/judge/")).content.decode()
    assert "Accept" in text
    assert "translation" not in text.lower().replace("with its translations", "")
    with pytest.raises(documents.DocumentRefused, match="nothing to translate"):
        documents.begin(case=case, name="a.pdf", size=5, translation_of=rows[0], by=olga)
    with pytest.raises(documents.DocumentRefused, match="nothing to translate"):
        document_review.judge(document=rows[0], state=DocumentState.TRANSLATION_NEEDED, by=olga, form_token="d" * 20)


def test_a_series_goes_to_a_reviewer_as_one_paper(case: Case, olga: User) -> None:
    reviewer = make_staff(Role.CASE_REVIEWER)
    rows = [image(case, number, data=dicom(number=number, series="1.2.3")) for number in range(1, 4)]
    at_desk, address = staff_client(olga), desk(case, "reviews/new/")
    form = FormPage(at_desk.get(address).content.decode())
    text = at_desk.get(address).content.decode()
    assert text.count("CT chest, 12 Nov 2026 (3 images)") == 1
    words = {"form_token": form.values["form_token"][0], "reviewer": str(reviewer.pk), "question": "Is it operable?"}
    entry = series_of(rows[0])
    assert at_desk.post(address, words | {"documents": [str(entry.pk)]}).status_code == 302
    review = CaseReview.objects.get()
    assert set(review.documents.all()) == set(rows)
    later = image(case, 4)
    reader, shared = staff_client(reviewer), f"/admin/requests/casereview/{review.pk}/"
    assert reader.get(f"{shared}change/").content.decode().count("Paper ") == 1
    saved = reader.get(f"{shared}documents/{entry.pk}/")
    assert len(ZipFile(BytesIO(b"".join(saved.streaming_content))).namelist()) == 3
    assert reader.get(f"{shared}documents/{later.pk}/").status_code == 404


@pytest.mark.parametrize("number", [10, 100])
def test_lists_ask_the_database_as_often_for_a_long_series(
    number: int, case: Case, her: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for place in range(number):
        image(case, place)
    with django_assert_max_num_queries(40):
        assert f"{number} images" in her.get(page(case)).content.decode()


# ── The name in the images ───────────────────────────────────────────────────────────────────


def test_another_name_is_a_question_for_a_coordinator_until_somebody_asked(her: Client, case: Case, olga: User) -> None:
    rows = [image(case, number, name="IVANOVA^MARIA") for number in range(2)]
    at_desk = staff_client(olga)
    judge = desk(case, f"documents/{rows[0].pk}/judge/")
    text = at_desk.get(judge).content.decode()
    assert "The images say: <bdi>IVANOVA MARIA</bdi>. The case says: <bdi>Анна Иванова</bdi>." in text
    assert "Another name" in at_desk.get(desk(case, "change/")).content.decode()
    hers = her.get(page(case)).content.decode()
    assert "MARIA" not in hers
    asked = desk(case, f"documents/{rows[0].pk}/name/")
    assert "Tick the box once you have asked." in at_desk.post(asked, follow=True).content.decode()
    assert not Event.objects.filter(kind=EventKind.NAME_ASKED).exists()
    for _ in range(2):  # a double click
        text = at_desk.post(asked, {"is_theirs": "on"}, follow=True).content.decode()
    assert "Olga asked on" in text
    assert "The images say" not in text
    assert set(Document.objects.values_list("name_asked_by", flat=True)) == {olga.pk}
    assert Event.objects.filter(kind=EventKind.NAME_ASKED, actor_id=olga.pk).count() == 1
    assert "Another name" not in at_desk.get(desk(case, "change/")).content.decode()
    with pytest.raises(PermissionDenied):
        document_review.note_name_asked(document=rows[0], by=make_staff(Role.EDITOR))


def test_the_same_name_in_other_letters_is_no_question(case: Case, olga: User) -> None:
    row = image(case, 1)
    assert name_check(row, case).match is Match.SAME
    text = staff_client(olga).get(desk(case, f"documents/{row.pk}/judge/")).content.decode()
    assert "IVANOVA" not in text


def test_who_wrote_for_somebody_else_is_not_the_patient(case: Case) -> None:
    row = image(case, 1, name="IVANOV^PETR")
    case.for_whom, case.patient_name = ForWhom.SOMEONE_ELSE, ""
    case.save()

    def said() -> tuple[Match, bool]:
        check = name_check(Document.objects.get(pk=row.pk), Case.objects.get(pk=case.pk))
        return check.match, check.is_shown

    # Nobody has said who the patient is: the name in the images is shown, and is no question.
    assert said() == (Match.NOT_SAID, True)
    for name, expected in (("Пётр Иванов", (Match.SAME, False)), ("Сергей Иванов", (Match.DIFFERENT, True))):
        case.patient_name = name
        case.save()
        assert said() == expected


@pytest.mark.slow
def test_a_plain_form_takes_a_whole_series(her: Client, case: Case) -> None:
    number = 120  # Django takes 100 where nothing else is said
    response = send(her, case, *(file(f"IM{place:06}", b"\x08\x00" + bytes(200)) for place in range(number)))
    assert f"{number} papers are here." in response.content.decode()
    assert f"{number} files are being checked." in response.content.decode()


@pytest.mark.parametrize(
    ("language", "part", "said"),
    [
        ("en", "CHEST", "CT chest, 12 Nov 2026"),
        ("ru", "CHEST", "КТ: грудная клетка, 12.11.2026"),
        ("ar", "CHEST", "أشعة مقطعية (CT): الصدر، 12 نوفمبر، 2026"),
        ("ar", "C3 ROI", "أشعة مقطعية (CT): \u2068c3 roi\u2069، 12 نوفمبر، 2026"),
        ("en", "", "CT, 12 Nov 2026"),
    ],
)
def test_a_study_is_called_in_the_language_of_its_reader(language: str, part: str, said: str) -> None:
    with translation.override(language):
        assert study_in_words("CT", part, date(2026, 11, 12)) == said
