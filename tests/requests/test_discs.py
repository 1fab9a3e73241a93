"""Discs of medical images: what leaves the portal of one is its images, whatever lay beside them."""

import io
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from portal.accounts.enums import Role
from requests.models import Case, Document
from requests.services import documents
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.core import inspection_files as files
from tests.factories import make_document, make_staff, submit
from tests.requests.delivery import deliver_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return submit()


def checked(case: Case, data: bytes) -> Document:
    """Return a disc that came from the patient and was really looked through."""
    document = make_document(case, name="CD.zip", data=data)
    Document.objects.update(checked_at=None)
    deliver_all()
    document.refresh_from_db()
    assert document.checked_at is not None
    return document


def downloaded(client: Client, address: str) -> ZipFile:
    response: Any = client.get(address)
    assert response.status_code == 200
    # It is made while it is sent, so nobody knows how long it becomes.
    assert "Content-Length" not in response
    return ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_a_disc_leaves_without_its_programs_and_with_every_image_as_it_was(case: Case) -> None:
    disc = files.disc(3)
    document = checked(case, disc)
    with ZipFile(io.BytesIO(disc)) as sent:
        images = {name: sent.read(name) for name in sent.namelist() if name.startswith("DICOM")}
    assert len(images) == 5
    for client, address in (
        (patient_of(case), f"/en/case/{case.reference}/documents/{document.pk}/"),
        (staff_client(make_staff(Role.COORDINATOR)), f"/admin/requests/case/{case.pk}/documents/{document.pk}/"),
    ):
        with downloaded(client, address) as got:
            assert {name: got.read(name) for name in got.namelist()} == images


def test_no_name_on_a_disc_leads_out_of_its_folder(case: Case) -> None:
    image = files.dicom()
    names = ("../../evil.dcm", "/etc/cron.d/evil", "C:\\evil.dcm", "DICOM/..", "ok/IM1", "OK/im1", "a\nb")
    document = checked(case, files.zipped(dict.fromkeys(names, image)))
    with downloaded(patient_of(case), f"/en/case/{case.reference}/documents/{document.pk}/") as got:
        assert got.namelist() == [
            "IMG00001.dcm",
            "IMG00002.dcm",
            "IMG00003.dcm",
            "IMG00004.dcm",
            "ok/IM1",
            "IMG00006.dcm",
            "IMG00007.dcm",
        ]
        assert {got.read(name) for name in got.namelist()} == {image}


def test_what_stands_before_the_mark_of_an_image_on_a_disc_is_gone(case: Case) -> None:
    image = files.dicom()
    document = checked(case, files.zipped({"IM1": b"planted words" + image[13:]}))
    with downloaded(patient_of(case), f"/en/case/{case.reference}/documents/{document.pk}/") as got:
        assert got.read("IM1") == bytes(128) + image[128:]


def test_a_disc_of_the_release_before_is_given_as_it_was_sent(case: Case) -> None:
    disc = files.disc(1)
    document = checked(case, disc)
    document.findings = "{}"
    document.save(update_fields=["findings"])
    assert b"".join(documents.chunks(document)) == disc
    response: Any = patient_of(case).get(f"/en/case/{case.reference}/documents/{document.pk}/")
    assert b"".join(response.streaming_content) == disc
