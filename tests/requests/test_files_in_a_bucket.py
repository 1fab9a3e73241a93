"""Photographs and estimates with their files in a bucket, and on the day when it is away."""

import hashlib
import time

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts.enums import Role
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.models import Estimate
from tests.accounts.cast import staff_client
from tests.bucket import AWAY, keep_files_at
from tests.cast import patient_of
from tests.factories import make_clinic, make_photo, make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.test_sealed_estimates import final
from tests.services import S3Server

pytestmark = pytest.mark.django_db


def pdf_of(estimate: Estimate) -> str:
    return f"/en/case/{estimate.case.reference}/estimates/{estimate.version}.pdf"


def again[Row: Model](row: Row) -> Row:
    row.refresh_from_db()
    return row


def test_an_estimate_is_printed_into_the_bucket_once_it_is_back(
    settings: Settings, bucket: str, s3_server: S3Server
) -> None:
    case = submit()
    patient = patient_of(case)
    deliver_all()
    assert s3_server.files(bucket) == {}
    keep_files_at(settings, AWAY)
    estimate = final(case)
    for item in outbox.due(timezone.now()):
        outbox.deliver(item.pk)
    owed = OutboxItem.objects.get(kind="estimate.pdf", state="queued", reference=case.reference)
    assert (owed.attempts, again(estimate).pdf_name) == (1, "")
    assert not OutboxItem.objects.filter(kind="estimate.issued", reference=case.reference).exists()
    assert "The PDF is being made." in patient.get(f"/en/case/{case.reference}/").content.decode()

    keep_files_at(settings, s3_server.url(bucket))
    OutboxItem.objects.filter(pk=owed.pk).update(not_before=timezone.now())
    mails = deliver_all()
    assert [mail.to for mail in mails] == [[case.email]]
    response = patient.get(pdf_of(again(estimate)))
    assert hashlib.sha256(response.content).hexdigest() == estimate.pdf_sha256
    assert list(s3_server.files(bucket)) == [estimate.pdf_name]
    assert not settings.PRIVATE_FILES_DIR.exists()

    keep_files_at(settings, AWAY)
    desk = f"/admin/requests/case/{case.pk}/estimates/{estimate.version}.pdf"
    for client, address in ((patient, pdf_of(estimate)), (staff_client(make_staff(Role.LEAD)), desk)):
        begun = time.monotonic()
        response = client.get(address)
        assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
        assert "Try again in a few minutes" in response.content.decode()
        assert time.monotonic() - begun < 10
    assert patient.get(f"/en/case/{case.reference}/").status_code == 200


def test_a_photograph_is_prepared_in_the_bucket_and_its_page_stands_without_it(
    settings: Settings, bucket: str, s3_server: S3Server
) -> None:
    clinic = make_clinic()
    photo = make_photo(clinic=clinic)
    names = [name for variant in photo.variants for name in variant["files"].values()]
    stored = s3_server.files(bucket)
    assert sorted(stored) == sorted([photo.original, *names])
    visitor, page = Client(HTTP_HOST="localhost"), f"/en/clinics/{clinic.slug}/"
    address = f"/photos/{names[0]}.{next(iter(photo.variants[0]['files']))}"
    assert visitor.get(address).content == stored[names[0]]
    keep_files_at(settings, AWAY)
    assert address.rpartition("/")[2].partition(".")[0] in visitor.get(page).content.decode()
    response = visitor.get(address)
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")


def test_a_photograph_is_deleted_while_the_bucket_is_away_and_its_files_are_named(
    settings: Settings,
    bucket: str,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(clinic=make_clinic())
    names = [photo.original, *(name for variant in photo.variants for name in variant["files"].values())]
    keep_files_at(settings, AWAY)
    with django_capture_on_commit_callbacks(execute=True):
        photo.delete()
    told = [message for message in caplog.messages if "stays where it is" in message]
    assert [name for name in names if sum(name in message for message in told) != 1] == []
