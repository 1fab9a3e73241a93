"""Medical images as a clinic and a case reviewer get them: the reference in the place of the patient."""

import io
import zipfile
from typing import Any

import pydicom
import pytest
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.models import AccessEvent, Case, Document
from requests.services import reviews
from tests.accounts.cast import staff_client
from tests.core import inspection_files as files
from tests.factories import make_document, make_staff, submit
from tests.requests.delivery import deliver_all

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def case() -> Case:
    return submit()


def checked(case: Case, data: bytes, name: str = "Ivanova CT.dcm") -> Document:
    document = make_document(case, name=name, data=data)
    Document.objects.filter(pk=document.pk).update(checked_at=None)
    deliver_all()
    document.refresh_from_db()
    assert document.checked_at is not None
    return document


def address(document: Document, rest: str = "for-clinics/") -> str:
    return f"/admin/requests/case/{document.case_id}/documents/{document.pk}/{rest}"


def got(client: Client, url: str) -> tuple[str, bytes]:
    response: Any = client.get(url)
    assert response.status_code == 200
    return response["Content-Disposition"], b"".join(response.streaming_content)


def names_in(archive: bytes) -> dict[str, str]:
    """Return the name in each image of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        data = {name: pydicom.dcmread(io.BytesIO(opened.read(name))) for name in opened.namelist()}
    return {name: str(image.get("PatientName", "")) for name, image in data.items()}


def test_an_image_leaves_with_the_reference_and_its_pixels(case: Case, coordinator: User) -> None:
    document = checked(case, files.dicom())
    disposition, data = got(staff_client(coordinator), address(document))
    image = pydicom.dcmread(io.BytesIO(data))
    assert image.PatientName == case.reference
    assert image.PixelData == pydicom.dcmread(io.BytesIO(files.dicom())).PixelData
    assert disposition == f'attachment; filename="{case.reference}.dcm"'
    assert AccessEvent.objects.filter(kind="document", object_id=document.pk, actor_id=coordinator.pk).exists()
    # The original stays as it is.
    assert (
        pydicom.dcmread(io.BytesIO(got(staff_client(coordinator), address(document, ""))[1])).PatientName
        == "IVANOVA^ANNA"
    )


def test_a_disc_leaves_with_the_reference_in_each_image(case: Case, coordinator: User) -> None:
    named = {"IVANOVA_ANNA/IM0009": files.dicom(number=9)}
    document = checked(case, files.disc(3, more=named), "CD.zip")
    known = Case.objects.get(pk=case.pk)
    known.patient_name = "Anna Ivanova"
    known.save()
    _disposition, data = got(staff_client(coordinator), address(document))
    found = names_in(data)
    assert {name for name in found.values() if name} == {case.reference}
    assert not any("IVANOVA" in name for name in found)
    assert len(found) == 6
    assert b"IVANOVA" not in data


def test_a_series_leaves_as_a_zip_with_the_reference_in_each(case: Case, coordinator: User) -> None:
    rows = [checked(case, files.dicom(number=number), f"IM{number}.dcm") for number in (1, 2, 3)]
    _disposition, data = got(staff_client(coordinator), address(rows[0]))
    assert names_in(data) == dict.fromkeys(("IMG0001.dcm", "IMG0002.dcm", "IMG0003.dcm"), case.reference)


def test_a_zip_says_how_many_images_are_left_out(case: Case, coordinator: User) -> None:
    rows = [checked(case, files.dicom(number=number), f"IM{number}.dcm") for number in (1, 2)]
    odd = bytes(128) + b"DICM" + b"nothing of the kind" * 99
    last = make_document(case, data=odd, kind="dicom", instance_number=3)
    last.series = rows[0].series
    last.save()
    _disposition, data = got(staff_client(coordinator), address(rows[0]))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.namelist() == ["IMG0001.dcm", "IMG0002.dcm", "LEFT-OUT.txt"]
        assert "Images that are not here: 1 of 3." in opened.read("LEFT-OUT.txt").decode()


def test_the_page_offers_it_for_images_alone_and_says_what_stays(case: Case, coordinator: User) -> None:
    client = staff_client(coordinator)
    image, paper = checked(case, files.dicom()), make_document(case)
    page = client.get(address(image, "judge/")).content.decode()
    assert "Save it as a clinic gets it" in page
    assert "does not say whether something is written in the picture" in page
    assert "Save it as a clinic gets it" not in client.get(address(paper, "judge/")).content.decode()
    assert client.get(address(paper)).status_code == 404


@pytest.mark.parametrize(("said", "sentence"), [("YES", "BurnedInAnnotation: YES"), ("NO", "BurnedInAnnotation: NO")])
def test_the_page_says_what_the_header_says_of_names_in_the_picture(
    said: str, sentence: str, case: Case, coordinator: User
) -> None:
    made = pydicom.dcmread(io.BytesIO(files.dicom()))
    made.BurnedInAnnotation = said
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, made)
    document = checked(case, buffer.getvalue())
    assert sentence in staff_client(coordinator).get(address(document, "judge/")).content.decode()


def test_an_image_whose_name_cannot_be_taken_out_is_not_given(case: Case, coordinator: User) -> None:
    document = make_document(case, data=bytes(128) + b"DICM" + b"nothing of the kind" * 99, kind="dicom")
    response = staff_client(coordinator).get(address(document), follow=True)
    assert "The name cannot be taken out of this file." in response.content.decode()


def test_a_case_reviewer_gets_no_name_with_the_images(case: Case, coordinator: User) -> None:
    document, reviewer = checked(case, files.dicom()), make_staff(Role.CASE_REVIEWER)
    review = reviews.ask(
        case=case, reviewer=reviewer, question="What is it?", by=coordinator, form_token="t", documents=[document]
    )
    url = f"/admin/requests/casereview/{review.pk}/documents/{document.pk}/"
    _disposition, data = got(staff_client(reviewer), url)
    assert pydicom.dcmread(io.BytesIO(data)).PatientName == case.reference
    assert b"IVANOVA" not in data


@pytest.mark.parametrize("role", [Role.EDITOR, Role.FINANCE, Role.CASE_REVIEWER, Role.ADMINISTRATOR])
def test_only_the_desk_gets_it(role: Role, case: Case) -> None:
    document = checked(case, files.dicom())
    assert staff_client(make_staff(role)).get(address(document)).status_code in (403, 404)
