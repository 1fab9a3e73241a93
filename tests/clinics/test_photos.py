"""Photographs: from the form of the admin to the files that a worker leaves."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageFile, WebPImagePlugin
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from clinics import deliveries, imaging
from clinics.enums import PhotoState
from clinics.models import CareAssistant, Clinic, Doctor, Photo
from clinics.services import photos
from portal.accounts.enums import Role
from portal.core import files
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from tests.accounts.cast import staff_client
from tests.clinics.hostile import FOUND_BY_DECODING, REFUSED, moving
from tests.factories import make_clinic, make_photo, make_staff
from tests.factories.photos import WORDS, encode, jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("photo_folder")]


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def stored(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def named(photo: Photo) -> set[str]:
    return {photo.original, *photos.names(photo.variants)}


def deliver() -> list[OutboxItem]:
    """Deliver what is owed to photographs, as worker and relay do."""
    found = list(outbox.due(timezone.now()).filter(kind=photos.VARIANTS))
    for item in found:
        outbox.deliver(item.pk)
        item.refresh_from_db()
    return found


# ── The form of the admin ────────────────────────────────────────────────────────────────────


def address(owner: Any) -> str:
    return f"/admin/clinics/{owner._meta.model_name}/{owner.pk}/change/"


def typed(owner: Any, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """Return what a browser posts of the page of a clinic or a person with rows of photographs."""
    data: dict[str, Any] = {"slug": owner.slug, "name_en": "Typed name", "is_published": "on"}
    if isinstance(owner, Clinic):
        data |= {"city": owner.city_id, "about_en": "Typed words"}
        prefixes = [
            "facts",
            "spoken",
            "services",
            "offered_treatments",
            "research",
            "accreditations",
            "sources",
            "contacts",
        ]
    else:
        data |= {"is_sample": "on", "languages": "en"}
        prefixes = ["publications"]
    for prefix in prefixes:
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    data |= {"photos-TOTAL_FORMS": len(rows), "photos-INITIAL_FORMS": initial}
    plain = {**WORDS, "focal_x": "50", "focal_y": "50", "order": "0"}
    for number, row in enumerate(rows):
        data |= {f"photos-{number}-{name}": value for name, value in {**plain, **row}.items()}
    return data


def chosen(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


def errors(response: Any) -> list[dict[str, list[str]]]:
    """Return the errors of each photograph of a page that came back."""
    assert response.status_code == 200
    [formset] = [one.formset for one in response.context["inline_admin_formsets"] if one.formset.prefix == "photos"]
    return [{name: list(found) for name, found in form.errors.items()} for form in formset.forms]


def test_an_upload_is_kept_as_it_came_and_its_variants_are_owed(
    editor: Client, clinic: Clinic, photo_folder: Path
) -> None:
    upload = jpeg(400, 300)
    response = editor.post(address(clinic), typed(clinic, {"upload": chosen(upload), "focal_x": "20", "order": "3"}))
    assert response.status_code == 302
    photo = clinic.photos.get()
    assert (photo.state, photo.variants, photo.focal_x, photo.order) == (PhotoState.WAITING, [], 20, 3)
    assert (photo.alternative_text_en, photo.alternative_text_ar) == ("The entrance", "المدخل")
    assert files.read(photo.original) == upload
    item = OutboxItem.objects.get(kind=photos.VARIANTS)
    assert (item.object_id.hex, item.state) == (photo.original, OutboxItem.State.QUEUED)
    assert stored(photo_folder) == {photo.original}


def test_from_the_form_to_the_page(editor: Client, clinic: Clinic, visitor: Client) -> None:
    editor.post(address(clinic), typed(clinic, {"upload": chosen(jpeg(700, 350))}))
    assert "<picture" not in visitor.get("/en/clinics/test-clinic/").content.decode()
    [item] = deliver()
    assert item.state == OutboxItem.State.SENT
    photo = clinic.photos.get()
    assert [(one["width"], one["height"]) for one in photo.variants] == [(320, 160), (640, 320)]
    page = visitor.get("/en/clinics/test-clinic/").content.decode()
    found = re.findall(r"/photos/[0-9a-f]{32}\.\w+", page)
    assert len(set(found)) == 6
    assert {visitor.get(one).status_code for one in found} == {200}


@pytest.mark.parametrize("model", [Doctor, CareAssistant])
def test_people_have_photographs_too(editor: Client, visitor: Client, model: Any) -> None:
    person = model.objects.create(slug="somebody", name_en="Somebody", is_sample=True, is_published=True)
    assert editor.post(address(person), typed(person, {"upload": chosen(jpeg())})).status_code == 302
    deliver()
    page = visitor.get(person.get_absolute_url()).content.decode()
    assert '<picture class="picture picture--person">' in page
    assert 'sizes="256px"' in page


def test_a_page_with_a_new_owner_takes_a_photograph_at_once(editor: Client, clinic: Clinic) -> None:
    data = typed(clinic, {"upload": chosen(jpeg())}) | {"slug": "new-clinic"}
    assert editor.post("/admin/clinics/clinic/add/", data).status_code == 302
    assert Clinic.objects.get(slug="new-clinic").photos.count() == 1


@pytest.mark.filterwarnings("default")  # warnings of Pillow are no refusals outside the tests
@pytest.mark.parametrize("name", [name for name in REFUSED if name not in FOUND_BY_DECODING])
def test_a_hostile_file_is_refused_with_one_sentence(
    editor: Client, clinic: Clinic, photo_folder: Path, name: str
) -> None:
    make, sentence = REFUSED[name]
    response = editor.post(address(clinic), typed(clinic, {"upload": chosen(make()), "alternative_text_ru": "Дверь"}))
    assert errors(response) == [{"upload": [sentence]}]
    page = response.content.decode()
    assert all(words in page for words in (sentence, "Typed name", "Typed words", "Дверь", "المدخل"))
    assert (Photo.objects.count(), OutboxItem.objects.filter(kind=photos.VARIANTS).count()) == (0, 0)
    assert stored(photo_folder) == set()
    clinic.refresh_from_db()
    assert clinic.name_en == "Test Clinic"


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", sorted(FOUND_BY_DECODING))
def test_what_only_decoding_finds_is_refused_by_the_worker_and_said_to_the_editor(
    editor: Client, clinic: Clinic, name: str
) -> None:
    make, sentence = REFUSED[name]
    assert editor.post(address(clinic), typed(clinic, {"upload": chosen(make())})).status_code == 302
    assert "Being prepared: look again in a minute." in editor.get(address(clinic)).content.decode()
    [item] = deliver()
    photo = clinic.photos.get()
    assert (item.state, photo.state, photo.problem) == (OutboxItem.State.SENT, PhotoState.FAILED, sentence)
    assert sentence in editor.get(address(clinic)).content.decode()


def test_the_web_decodes_no_picture(editor: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library itself says whether it was asked for pixels."""
    decoded: list[str] = []
    load = ImageFile.ImageFile.load

    def note(image: ImageFile.ImageFile) -> Any:
        decoded.append(str(image.format))
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", note)
    monkeypatch.setattr(WebPImagePlugin.WebPImageFile, "load", note)
    uploads = [jpeg(), encode(Image.new("RGB", (64, 48)), "PNG"), encode(Image.new("RGB", (64, 48)), "WEBP")]
    assert editor.post(address(clinic), typed(clinic, *({"upload": chosen(one)} for one in uploads))).status_code == 302
    assert (clinic.photos.count(), decoded) == (3, [])
    deliver()
    assert set(decoded) == {"JPEG", "PNG", "WEBP"}


def test_limits_come_from_the_settings(editor: Client, clinic: Clinic, settings: Settings) -> None:
    settings.PHOTO_MAX_BYTES, settings.PHOTO_MAX_PIXELS = 500_000, 10_000
    response = editor.post(address(clinic), typed(clinic, {"upload": chosen(jpeg(101, 100))}))
    sentence = "The picture has more than 0.01 megapixels: make it smaller and choose it again."
    assert errors(response) == [{"upload": [sentence]}]
    response = editor.post(address(clinic), typed(clinic, {"upload": chosen(b"\xff" * 500_001)}))
    assert errors(response) == [{"upload": ["The file has 0.5 MB: a photograph may have up to 0.5 MB."]}]


def test_a_new_photograph_needs_a_file(editor: Client, clinic: Clinic) -> None:
    assert errors(editor.post(address(clinic), typed(clinic, {}))) == [{"upload": ["Choose a photograph."]}]


@pytest.mark.parametrize("code", ["en", "ru", "ar"])
def test_every_live_language_needs_alternative_text(editor: Client, clinic: Clinic, code: str) -> None:
    row = {"upload": chosen(jpeg(), "my photo.jpg"), f"alternative_text_{code}": "  "}
    response = editor.post(address(clinic), typed(clinic, row))
    name = {"en": "English", "ru": "Russian", "ar": "Arabic"}[code]
    assert errors(response) == [{f"alternative_text_{code}": [f"Say in {name} what the photograph shows."]}]
    # A browser never sends a file twice: what was chosen has to be chosen again, and the page says so.
    assert "Choose “my photo.jpg” again" in response.content.decode()


def test_the_form_follows_the_live_languages(editor: Client, clinic: Clinic, settings: Settings) -> None:
    settings.LIVE_LANGUAGES = ["en", "zh-hans"]
    response = editor.post(address(clinic), typed(clinic, {"upload": chosen(jpeg())}))
    assert errors(response) == [{"alternative_text_zh_hans": ["Say in Simplified Chinese what the photograph shows."]}]


def test_the_focal_point_lies_in_the_picture(editor: Client, clinic: Clinic) -> None:
    response = editor.post(address(clinic), typed(clinic, {"upload": chosen(jpeg()), "focal_y": "101"}))
    assert errors(response) == [{"focal_y": ["The focal point lies between 0 and 100 percent."]}]
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.create(clinic=clinic, original="0" * 32, focal_x=101, **WORDS)


def test_words_change_without_touching_what_a_worker_writes(editor: Client, clinic: Clinic) -> None:
    photo = make_photo(clinic=clinic)
    row = {"id": photo.pk, "clinic": clinic.pk, "alternative_text_en": "The new entrance"}
    assert editor.post(address(clinic), typed(clinic, row, initial=1)).status_code == 302
    after = Photo.objects.get()
    assert (after.alternative_text_en, after.state) == ("The new entrance", PhotoState.READY)
    assert (after.original, after.variants) == (photo.original, photo.variants)
    # The page of an editor that was opened before the worker was done writes nothing of its own back.
    stale = Photo(pk=photo.pk, clinic=clinic, original=photo.original, **WORDS)
    photos.save(photo=stale)
    assert Photo.objects.get().variants == photo.variants


def test_a_language_that_is_not_live_has_its_own_page(editor: Client, clinic: Clinic) -> None:
    photo = make_photo(clinic=clinic)
    page = editor.get(f"{address(clinic)}?lang=fr").content.decode()
    assert ("photos-0-alternative_text_fr" in page, "photos-0-upload" in page) == (True, False)
    data = {"name_fr": "Clinique", "about_fr": "", "facts-TOTAL_FORMS": 0, "facts-INITIAL_FORMS": 0}
    for prefix in ("offered_treatments", "research", "sources"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data |= {"photos-TOTAL_FORMS": 1, "photos-INITIAL_FORMS": 1, "photos-0-id": photo.pk}
    data |= {"photos-0-clinic": clinic.pk, "photos-0-alternative_text_fr": "L’entrée"}
    assert editor.post(f"{address(clinic)}?lang=fr", data).status_code == 302
    photo.refresh_from_db()
    assert (photo.alternative_text_fr, photo.alternative_text_en) == ("L’entrée", "The entrance")


def test_the_admin_says_what_visitors_see(editor: Client, clinic: Clinic) -> None:
    waiting = make_photo(clinic=clinic, is_ready=False)
    assert "Being prepared: look again in a minute." in editor.get(address(clinic)).content.decode()
    Photo.objects.filter(pk=waiting.pk).update(state=PhotoState.FAILED, problem=imaging.DAMAGED)
    assert imaging.DAMAGED in editor.get(address(clinic)).content.decode()
    ready = make_photo(clinic=clinic)
    preview = f"/admin/clinics/photo/{ready.pk}/"
    assert f'<img class="desk-photo" src="{preview}"' in editor.get(address(clinic)).content.decode()
    Photo.objects.filter(pk=ready.pk).update(alternative_text_ru="")
    sentence = "Not shown: there is no alternative text in Russian."
    assert sentence in editor.get(address(clinic)).content.decode()


def test_staff_see_a_small_copy_before_the_page_is_published(editor: Client, visitor: Client) -> None:
    photo = make_photo(clinic=make_clinic(is_published=False))
    response = editor.get(f"/admin/clinics/photo/{photo.pk}/")
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert response.content == files.read(photo.variants[0]["files"]["jpeg"])
    assert "no-store" in response["Cache-Control"]
    assert visitor.get(f"/admin/clinics/photo/{photo.pk}/").status_code == 302
    waiting = make_photo(clinic=make_clinic("other"), is_ready=False)
    assert editor.get(f"/admin/clinics/photo/{waiting.pk}/").status_code == 404
    files.delete(photo.variants[0]["files"]["jpeg"])
    assert editor.get(f"/admin/clinics/photo/{photo.pk}/").status_code == 404


def test_only_editors_change_photographs(clinic: Clinic) -> None:
    photo = make_photo(clinic=clinic)
    for role in (Role.COORDINATOR, Role.LEAD, Role.REVIEWER):
        client = staff_client(make_staff(role))
        page = client.get(address(clinic)).content.decode()
        assert ("desk-photo" in page, 'type="file"' in page) == (True, False)
        assert client.get(f"/admin/clinics/photo/{photo.pk}/").status_code == 200
        row = {"id": photo.pk, "clinic": clinic.pk, "DELETE": "on"}
        assert client.post(address(clinic), typed(clinic, row, initial=1)).status_code == 403
    finance = staff_client(make_staff(Role.FINANCE))
    assert finance.get(address(clinic)).status_code == 403
    assert finance.get(f"/admin/clinics/photo/{photo.pk}/").status_code == 403
    assert Photo.objects.count() == 1


# ── What the worker does ─────────────────────────────────────────────────────────────────────


def test_a_second_run_leaves_no_orphans(
    clinic: Clinic, photo_folder: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    photo = make_photo(clinic=clinic, upload=jpeg(700, 500))
    assert stored(photo_folder) == named(photo)
    with django_capture_on_commit_callbacks(execute=True):
        photos.prepare(original=photo.original)
        assert named(photo) <= stored(photo_folder)
    again = Photo.objects.get()
    assert not set(photos.names(photo.variants)) & named(again)
    assert stored(photo_folder) == named(again)


def test_delivered_twice_is_made_once(clinic: Clinic) -> None:
    photo = make_photo(clinic=clinic, is_ready=False)
    [item] = deliver()
    first = Photo.objects.get(pk=photo.pk).variants
    assert outbox.deliver(item.pk) is False
    assert (deliver(), Photo.objects.get(pk=photo.pk).variants) == ([], first)


def test_a_failing_disk_is_tried_again_and_leaves_nothing(clinic: Clinic, photo_folder: Path) -> None:
    photo = make_photo(clinic=clinic, upload=jpeg(1300, 20), is_ready=False)
    # The folders of two names in three are files: some of the twelve variants can be written, then one cannot.
    folders = [photo_folder / f"{number:02x}" for number in range(256) if number % 3]
    blocked = [path for path in folders if not path.exists() and path.write_bytes(b"") == 0]
    [item] = deliver()
    assert (item.state, item.error) == (OutboxItem.State.QUEUED, "NotADirectoryError")
    assert stored(photo_folder) - {path.name for path in blocked} == {photo.original}
    for path in blocked:
        path.unlink()
    OutboxItem.objects.filter(pk=item.pk).update(not_before=timezone.now())
    [item] = deliver()
    photo.refresh_from_db()
    assert (item.state, photo.state) == (OutboxItem.State.SENT, PhotoState.READY)


def test_what_cannot_be_prepared_says_why_and_is_not_tried_again(clinic: Clinic, photo_folder: Path) -> None:
    photo = make_photo(clinic=clinic, upload=moving("PNG"), is_ready=False)
    [item] = deliver()
    photo.refresh_from_db()
    assert (photo.state, photo.problem, photo.variants) == (PhotoState.FAILED, imaging.MOVING, [])
    assert (item.state, stored(photo_folder)) == (OutboxItem.State.SENT, {photo.original})


def test_a_file_that_kills_its_workers_is_given_up(clinic: Clinic) -> None:
    photo = make_photo(clinic=clinic, is_ready=False)
    OutboxItem.objects.filter(kind=photos.VARIANTS).update(attempts=deliveries.LAST_TRY)
    [item] = deliver()
    photo.refresh_from_db()
    assert (photo.state, photo.problem) == (PhotoState.FAILED, imaging.GIVEN_UP)
    assert item.state == OutboxItem.State.SENT


def test_a_new_file_takes_the_place_of_the_old_one(
    editor: Client,
    clinic: Clinic,
    visitor: Client,
    photo_folder: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(clinic=clinic)
    row = {"id": photo.pk, "clinic": clinic.pk, "upload": chosen(jpeg(800, 600))}
    with django_capture_on_commit_callbacks(execute=True):
        assert editor.post(address(clinic), typed(clinic, row, initial=1)).status_code == 302
        assert named(photo) < stored(photo_folder)
    after = Photo.objects.get()
    # Until the new file is known to be a photograph, visitors see the one before.
    assert (after.state, after.variants, after.replaces) == (PhotoState.WAITING, photo.variants, photo.original)
    assert stored(photo_folder) == {after.original, *named(photo)}
    assert visitor.get(f"/photos/{photo.variants[0]['files']['jpeg']}.jpeg").status_code == 200
    # The row of the old upload finds nothing to do any more; that of the new one makes its variants.
    with django_capture_on_commit_callbacks(execute=True):
        assert [item.state for item in deliver()] == [OutboxItem.State.SENT] * 2
    after.refresh_from_db()
    assert [one["width"] for one in after.variants] == [320, 640]
    assert stored(photo_folder) == named(after)
    assert visitor.get(f"/photos/{photo.variants[0]['files']['jpeg']}.jpeg").status_code == 404


def test_a_refused_file_leaves_the_photograph_before_it_in_place(
    editor: Client,
    clinic: Clinic,
    visitor: Client,
    photo_folder: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(clinic=clinic)
    good = jpeg(800, 600)
    # Two in a row: the first one that is still waiting is given up for the second.
    for upload in (good[:3000], good[:4000]):
        row = {"id": photo.pk, "clinic": clinic.pk, "upload": chosen(upload)}
        with django_capture_on_commit_callbacks(execute=True):
            assert editor.post(address(clinic), typed(clinic, row, initial=1)).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        deliver()
    after = Photo.objects.get()
    assert (after.state, after.problem, after.replaces) == (PhotoState.READY, imaging.DAMAGED, "")
    assert (after.original, after.variants) == (photo.original, photo.variants)
    assert stored(photo_folder) == named(photo)
    page = editor.get(address(clinic)).content.decode()
    assert f"{imaging.DAMAGED} The photograph before it is still shown." in page
    assert "desk-photo" in page
    assert visitor.get(f"/photos/{photo.variants[0]['files']['jpeg']}.jpeg").status_code == 200
    # The next good file takes the sentence away.
    row = {"id": photo.pk, "clinic": clinic.pk, "upload": chosen(good)}
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(address(clinic), typed(clinic, row, initial=1))
        deliver()
    after.refresh_from_db()
    assert (after.state, after.problem, after.replaces) == (PhotoState.READY, "", "")
    assert stored(photo_folder) == named(after)


@pytest.mark.parametrize("what", ["row", "photo", "clinic"])
def test_files_go_with_their_photograph(
    editor: Client,
    clinic: Clinic,
    photo_folder: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    what: str,
) -> None:
    photo, kept = make_photo(clinic=clinic), make_photo(clinic=make_clinic("other"))
    with django_capture_on_commit_callbacks(execute=True):
        if what == "row":
            row = {"id": photo.pk, "clinic": clinic.pk, "DELETE": "on"}
            assert editor.post(address(clinic), typed(clinic, row, initial=1)).status_code == 302
        elif what == "photo":
            Photo.objects.filter(pk=photo.pk).delete()
        else:
            assert editor.post(f"/admin/clinics/clinic/{clinic.pk}/delete/", {"post": "yes"}).status_code == 302
        assert stored(photo_folder) == named(photo) | named(kept)
    assert list(Photo.objects.all()) == [kept]
    assert stored(photo_folder) == named(kept)


def test_deleted_while_it_is_prepared(clinic: Clinic, photo_folder: Path) -> None:
    photo = make_photo(clinic=clinic, is_ready=False)
    assert photos._show("f" * 32, []) is False
    Photo.objects.all().delete()
    photos.prepare(original=photo.original)
    assert stored(photo_folder) == {photo.original}


def test_an_upload_that_is_not_saved_leaves_no_file(photo_folder: Path) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        photos.save(photo=Photo(**WORDS, focal_x=101), upload=jpeg())
    assert stored(photo_folder) == set()
