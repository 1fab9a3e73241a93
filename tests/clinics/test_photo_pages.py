"""What visitors get of photographs: the files, and the picture elements that name them."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from clinics.models import CareAssistant, Clinic, Doctor, Photo
from clinics.selectors.photos import Picture, all_of, first_of, is_public
from portal.core import files
from tests.factories import make_clinic, make_photo
from tests.factories.photos import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("photo_folder")]


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def test_a_variant_is_served_for_ever_and_without_cookies(
    clinic: Clinic, visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photo = make_photo(clinic=clinic, upload=jpeg(700, 500))
    for variant in photo.variants:
        for extension, name in variant["files"].items():
            with django_assert_num_queries(1):
                response = visitor.get(f"/photos/{name}.{extension}")
            assert (response.status_code, response.content) == (200, files.read(name))
            assert response["Content-Type"] == f"image/{extension}"
            assert response["Cache-Control"] == "public, max-age=31536000, immutable"
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Content-Length"] == str(len(response.content))
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")
    assert visitor.head(f"/photos/{name}.{extension}").status_code == 200
    assert visitor.post(f"/photos/{name}.{extension}").status_code == 405


def test_what_is_no_public_photograph_is_not_there(clinic: Clinic, visitor: Client) -> None:
    photo = make_photo(clinic=clinic)
    names = photo.variants[0]["files"]
    private = files.write(b"%PDF-1.7 somebody's estimate")
    for path in (
        f"{photo.original}.jpeg", f"{private}.jpeg", f"{'0' * 32}.jpeg", f"{names['jpeg']}.avif",
        f"{names['avif']}.jpeg", f"{names['jpeg']}.jpg", f"{names['jpeg']}.svg", names["jpeg"],
        f"{names['jpeg'].upper()}.jpeg", f"{names['jpeg']}.jpeg/", f"{names['jpeg']}.jpeg%0A",
        f"../{names['jpeg'][:2]}/{names['jpeg']}.jpeg", f"{names['jpeg'][:31]}%25.jpeg", "",
    ):  # fmt: skip
        assert visitor.get(f"/photos/{path}").status_code == 404, path
    assert visitor.get(f"/photos/{names['jpeg']}.jpeg").status_code == 200


@pytest.mark.parametrize("owner", ["clinic", "doctor", "care_assistant"])
def test_nothing_is_served_of_what_is_not_published(visitor: Client, owner: str) -> None:
    model: Any = {"doctor": Doctor, "care_assistant": CareAssistant}.get(owner)
    shown: Any = (
        model.objects.create(slug="x", name_en="X", is_sample=True, is_published=True) if model else make_clinic()
    )
    photo = make_photo(**{owner: shown})
    address = f"/photos/{photo.variants[0]['files']['webp']}.webp"
    assert visitor.get(address).status_code == 200
    type(shown).objects.update(is_published=False)
    assert visitor.get(address).status_code == 404


@pytest.mark.parametrize("change", [{"variants": []}, {"alternative_text_ru": ""}, {"alternative_text_ar": None}])
def test_nothing_is_served_or_shown_before_it_is_complete(
    clinic: Clinic, visitor: Client, change: dict[str, Any]
) -> None:
    photo = make_photo(clinic=clinic)
    name = photo.variants[0]["files"]["avif"]
    assert (is_public(name, "avif"), len(all_of("clinic", clinic.pk, "en"))) == (True, 1)
    Photo.objects.update(**change)
    assert (is_public(name, "avif"), all_of("clinic", clinic.pk, "en")) == (False, [])
    assert visitor.get(f"/photos/{name}.avif").status_code == 404


def test_a_language_that_goes_live_hides_what_it_cannot_describe(clinic: Clinic, settings: Settings) -> None:
    photo = make_photo(clinic=clinic)
    settings.LIVE_LANGUAGES = ["en", "ru", "ar", "zh-hans"]
    assert all_of("clinic", clinic.pk, "en") == []
    Photo.objects.filter(pk=photo.pk).update(alternative_text_zh_hans="入口")
    assert [one.alternative_text for one in all_of("clinic", clinic.pk, "zh-hans")] == ["入口"]


def test_a_file_that_is_lost_is_not_found(clinic: Clinic, visitor: Client) -> None:
    name = make_photo(clinic=clinic).variants[0]["files"]["jpeg"]
    files.delete(name)
    assert visitor.get(f"/photos/{name}.jpeg").status_code == 404


def test_a_picture_names_every_width_of_every_format(clinic: Clinic) -> None:
    photo = make_photo(clinic=clinic, upload=jpeg(700, 350), focal_x=20, focal_y=90)
    small, large = (one["files"] for one in photo.variants)
    [picture] = all_of("clinic", clinic.pk, "ru")
    assert picture == Picture(
        sources=[
            ("image/avif", f"/photos/{small['avif']}.avif 320w, /photos/{large['avif']}.avif 640w"),
            ("image/webp", f"/photos/{small['webp']}.webp 320w, /photos/{large['webp']}.webp 640w"),
        ],
        src=f"/photos/{large['jpeg']}.jpeg",
        srcset=f"/photos/{small['jpeg']}.jpeg 320w, /photos/{large['jpeg']}.jpeg 640w",
        width=640,
        height=320,
        alternative_text="Вход",
        focus="focus-2-5",
    )


def test_the_first_of_many_in_one_query(clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    other, bare = make_clinic("other"), make_clinic("bare")
    for order in (2, 1):
        for number, one in enumerate((clinic, other)):
            make_photo(clinic=one, order=order, alternative_text_en=f"{one.slug} {order}", focal_x=number * 100)
    with django_assert_num_queries(1):
        found = first_of("clinic", [clinic.pk, other.pk, bare.pk], "en")
    assert {pk: (one.alternative_text, one.focus) for pk, one in found.items()} == {
        clinic.pk: ("test-clinic 1", "focus-1-3"),
        other.pk: ("other 1", "focus-5-3"),
    }
    assert [one.alternative_text for one in all_of("clinic", clinic.pk, "en")] == ["test-clinic 1", "test-clinic 2"]


def test_each_language_has_its_words_and_a_hostile_one_stays_text(clinic: Clinic, visitor: Client) -> None:
    words = '"><script>alert(1)</script>'
    make_photo(clinic=clinic, alternative_text_en=words)
    pages = {code: visitor.get(f"/{code}/clinics/test-clinic/").content.decode() for code in ("en", "ru", "ar")}
    assert "<script>alert" not in pages["en"]
    found = {
        code: unescape(re.findall(r'<img class="focus[^>]* alt="([^"]*)"', page)[0]) for code, page in pages.items()
    }
    assert found == {"en": words, "ru": "Вход", "ar": "المدخل"}


def element(page: str) -> list[str]:
    return re.findall(r"<picture.*?</picture>", page, re.DOTALL)


def test_the_picture_element_of_a_page(clinic: Clinic, visitor: Client) -> None:
    for order in range(2):
        make_photo(clinic=clinic, upload=jpeg(700, 350), order=order)
    first, second = element(visitor.get("/en/clinics/test-clinic/").content.decode())
    assert re.findall(r'<source type="([^"]+)"', first) == ["image/avif", "image/webp"]
    assert first.count(' 640w"') == 3
    assert re.findall(r'(?: width| height|loading|decoding)="[^"]*"', first) == [
        ' width="640"', ' height="320"', 'decoding="async"',
    ]  # fmt: skip
    assert set(re.findall(r'sizes="([^"]+)"', first)) == {"(min-width: 48em) 750px, 96vw"}
    # What is not in the first view waits until the reader comes near.
    assert 'loading="lazy"' in second
    assert set(re.findall(r'sizes="([^"]+)"', second)) == {"(min-width: 48em) 370px, 96vw"}


def test_cards_show_the_first_photograph_or_a_drawing(visitor: Client) -> None:
    Clinic.objects.update(is_published=False)
    make_photo(clinic=make_clinic("with"))
    make_clinic("without")
    page = visitor.get("/en/clinics/").content.decode()
    [card] = element(page)
    assert 'loading="lazy"' in card
    assert 'sizes="(min-width: 40em) 190px, 92vw"' in card
    assert '<span class="picture-place picture-place--clinic picture--card" aria-hidden="true"></span>' in page


def test_photographs_cost_a_list_one_query(visitor: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Clinic.objects.update(is_published=False)
    clinics = [make_clinic(f"clinic-{number}") for number in range(6)]
    visitor.get("/en/clinics/")
    with CaptureQueriesContext(connection) as without:
        visitor.get("/en/clinics/")
    for clinic in clinics:
        make_photo(clinic=clinic)
    with django_assert_num_queries(len(without)):
        page = visitor.get("/en/clinics/").content.decode()
    assert len(element(page)) == 6


def test_every_place_of_the_focal_point_has_its_rule() -> None:
    sheet = (Path(django_settings.BASE_DIR) / "static" / "css" / "site.css").read_text()
    places = {"1": "0%", "2": "25%", "4": "75%", "5": "100%"}
    for place, percent in places.items():
        assert f"[class^=focus-{place}-] {{ --across: {percent}; }}" in sheet
        assert f'[class^=focus-][class$="-{place}"] {{ --down: {percent}; }}' in sheet
    for drawing in re.findall(r'url\("\.\./(img/place-\w+\.svg)"\)', sheet):
        assert (Path(django_settings.BASE_DIR) / "static" / drawing).is_file()
