"""The portrait of a coordinator: chosen in the admin, prepared by a worker, read by the patients of that coordinator."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from clinics.models import Photo
from clinics.selectors import upkeep
from clinics.services import photos
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core import files
from requests.models import CoordinatorProfile
from requests.services import desk
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.photos import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def photo_folder(tmp_path: Path, settings: Settings) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


@pytest.fixture
def desk_page() -> Client:
    return staff_client(make_staff(Role.LEAD, email="admin@example.org"))


def posted(profile: CoordinatorProfile, **changed: object) -> dict[str, object]:
    """Return what the form of a profile sends back."""
    return {"user": profile.user_id, "languages": "Arabic", "name_en": "Olga P.", "hours_en": "", **changed}


def upload(data: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("olga.jpg", data or jpeg(), "image/jpeg")


def test_a_portrait_is_chosen_prepared_shown_replaced_and_taken_away(desk_page: Client, coordinator: User) -> None:
    case = submit()
    desk.assign(case=case, to=coordinator, by=coordinator)
    add = reverse("admin:requests_coordinatorprofile_add")
    sent = {"user": coordinator.pk, "languages": "Arabic", "name_en": "Olga P.", "hours_en": "", "upload": upload()}
    assert desk_page.post(add, sent).status_code == 302
    profile = CoordinatorProfile.objects.get()
    page, people = (
        reverse("admin:requests_coordinatorprofile_change", args=[profile.pk]),
        f"/en/case/{case.reference}/people/",
    )
    patient = patient_of(case)
    assert "Being prepared" in desk_page.get(page).text
    assert "<picture" not in patient.get(people).text

    photo = Photo.objects.get()
    photos.prepare(original=photo.original)
    text = patient.get(people).text
    assert "<picture" in text
    assert 'alt="Olga P."' in text
    photo.refresh_from_db()
    name = photo.variants[0]["files"]["jpeg"]
    assert Client().get(f"/photos/{name}.jpeg").status_code == 200
    shown = desk_page.get(page).text
    assert "Ready." in shown
    assert f"/photos/{name}.jpeg" in shown

    # Another name is another alternative text, another file takes the place of the first.
    assert desk_page.post(page, posted(profile, name_en="Olga Petrova", upload=upload())).status_code == 302
    photos.prepare(original=Photo.objects.get().original)
    assert 'alt="Olga Petrova"' in patient.get(people).text

    assert desk_page.post(page, posted(profile, without_portrait="on")).status_code == 302
    assert not Photo.objects.exists()
    assert "<picture" not in patient.get(people).text
    assert "Not chosen yet." in desk_page.get(page).text


def test_a_file_that_is_no_photograph_costs_nothing_typed(desk_page: Client, coordinator: User) -> None:
    profile = CoordinatorProfile.objects.create(user=coordinator)
    page = reverse("admin:requests_coordinatorprofile_change", args=[profile.pk])
    answer = desk_page.post(page, posted(profile, name_en="Olga the first", upload=upload(b"words")))
    assert answer.status_code == 200
    assert "no photograph that can be read here" in answer.text
    assert "Olga the first" in answer.text
    assert not Photo.objects.exists()


def test_files_go_with_the_profile_and_what_cannot_be_prepared_is_said_there(
    desk_page: Client, coordinator: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    profile = CoordinatorProfile.objects.create(user=coordinator)
    page = reverse("admin:requests_coordinatorprofile_change", args=[profile.pk])
    desk_page.post(page, posted(profile, upload=upload()))
    photo = Photo.objects.get()
    photos.give_up(original=photo.original, problem="The file is damaged.")
    assert "The file is damaged." in desk_page.get(page).text
    assert upkeep.stale(timezone.localdate()) is not None
    with django_capture_on_commit_callbacks(execute=True):
        CoordinatorProfile.objects.all().delete()
    assert not Photo.objects.exists()
    with pytest.raises(FileNotFoundError):
        files.read(photo.original)
