"""The pictures of shared links, and what pages tell other sites about themselves."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageFont, features
from pytest_django import Settings

from conditions.models import Edition
from portal.front.condition_pages import drawing, pictures
from portal.front.site import pages
from tests.factories import rewrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

HOST = "http://localhost:8000"
PICTURE = "/en/conditions/grey-fever/og.png"
PUBLIC = [
    "", "conditions/", "conditions/grey-fever/", "conditions/grey-fever/changes/", "areas/oncology/", "clinics/",
    "clinics/birch/", "packages/", "requests/new/", *(f"{slug}/" for slug in pages.SLUGS),
]  # fmt: skip


def in_folder(settings: Settings, folder: Path) -> None:
    settings.CACHES = settings.CACHES | {"disk": settings.CACHES["disk"] | {"LOCATION": folder}}


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """An empty folder for pictures, and no font in mind."""
    in_folder(settings, tmp_path / "pictures")
    drawing._font.cache_clear()
    yield tmp_path / "pictures"
    drawing._font.cache_clear()


def shared(visitor: Client, url: str) -> dict[str, str]:
    """What a page says about itself to other sites."""
    page = visitor.get(url).content.decode()
    found = re.findall(r'<meta property="og:([a-z:_]+)" content="([^"]*)">', page)
    assert len(found) == len(dict(found)), url
    return dict(found)


def ink(png: bytes, box: tuple[int, int, int, int]) -> int:
    """How many dark points stand in a part of a picture."""
    histogram = Image.open(BytesIO(png)).convert("L").crop(box).histogram()
    return sum(histogram[:80])


LEFT, RIGHT = (60, 150, 560, 380), (640, 150, 1140, 380)


@pytest.mark.parametrize("path", [PICTURE, "/en/og.png", "/ru/conditions/grey-fever/og.png", "/ar/og.png"])
def test_pictures_have_the_size_that_sites_ask_for(visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert response["Content-Type"] == "image/png"
    with Image.open(BytesIO(response.content)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(response.content) < 100_000
    assert not response.cookies


def test_arabic_is_written_from_the_right(visitor: Client) -> None:
    english = visitor.get(PICTURE).content
    arabic = visitor.get("/ar/conditions/grey-fever/og.png").content
    assert ink(english, LEFT) > 2 * ink(english, RIGHT)
    assert ink(arabic, RIGHT) > 2 * ink(arabic, LEFT)


def test_a_picture_is_drawn_once_for_the_same_words(
    visitor: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = drawing.draw

    def noted(title: str, caption: str, language: str) -> bytes:
        drawn.append(title)
        return draw(title, caption, language)

    monkeypatch.setattr(drawing, "draw", noted)
    first = visitor.get(PICTURE).content
    assert visitor.get(f"{PICTURE}?edition=1.{drawing.DESIGN}").content == first
    assert drawn == ["Grey fever"]
    edition = Edition.objects.get(language="en")
    content = {**edition.content, "name": "Ashen fever"}
    Edition.objects.create(condition=edition.condition, language="en", number=2, content=content)
    assert visitor.get(PICTURE).content != first
    assert drawn == ["Grey fever", "Ashen fever"]
    assert len(list(folder.iterdir())) == 2


def test_only_the_address_of_the_edition_is_kept_for_ever(visitor: Client) -> None:
    address = shared(visitor, "/en/conditions/grey-fever/")["image"]
    assert address == f"{HOST}{PICTURE}?edition={pictures.version(1)}"
    assert "immutable" in visitor.get(address.removeprefix(HOST))["Cache-Control"]
    for other in (PICTURE, f"{PICTURE}?edition=2.1", "/en/og.png"):
        assert visitor.get(other)["Cache-Control"] == "public, max-age=86400"


def test_there_is_no_picture_of_what_there_is_not(visitor: Client) -> None:
    assert visitor.get("/en/conditions/unknown/og.png").status_code == 404
    Edition.objects.all().delete()
    assert visitor.get(PICTURE).status_code == 404


def test_without_an_edition_of_its_own_a_language_shows_the_english_picture(visitor: Client) -> None:
    Edition.objects.filter(language="ar").delete()
    assert visitor.get("/ar/conditions/grey-fever/og.png").content == visitor.get(PICTURE).content
    about = shared(visitor, "/ar/conditions/grey-fever/")
    assert about["url"] == f"{HOST}/en/conditions/grey-fever/"
    assert about["locale"] == "en_GB"
    assert about["image"].startswith(f"{HOST}{PICTURE}?")


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(visitor: Client, settings: Settings) -> None:
    in_folder(settings, Path("/proc/no-such-folder"))
    assert visitor.get(PICTURE).status_code == 200


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any font."""
    truetype = ImageFont.truetype

    def only_embedded(font: Any, size: float, **options: Any) -> ImageFont.FreeTypeFont:
        if isinstance(font, str):
            raise OSError("cannot open resource")
        return truetype(font, size, **options)

    monkeypatch.setattr(ImageFont, "truetype", only_embedded)


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_without_fonts_the_wordmark_is_left(visitor: Client, no_fonts: None, language: str) -> None:
    response = visitor.get(f"/{language}/conditions/grey-fever/og.png")
    assert response.status_code == 200
    assert ink(response.content, (60, 50, 1140, 120)) > 100
    assert ink(response.content, (60, 150, 1140, 380)) == 0


def test_without_raqm_arabic_is_left_out_and_the_rest_is_written(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "check", lambda name: False)
    monkeypatch.setattr(ImageFont.core, "HAVE_RAQM", False)
    assert ink(visitor.get("/ar/conditions/grey-fever/og.png").content, (60, 150, 1140, 380)) == 0
    assert ink(visitor.get(PICTURE).content, LEFT) > 1000


LONG = {
    "en": "Relapsed or refractory acute lymphoblastic leukaemia with central nervous system involvement " * 2,
    "ru": "Рецидивирующий острый лимфобластный лейкоз с поражением центральной нервной системы " * 2,
    "ar": "سرطان الدم الليمفاوي الحاد المنتكس مع إصابة الجهاز العصبي المركزي " * 3,
    "zh-hans": "复发性或难治性急性淋巴细胞白血病伴中枢神经系统受累" * 4,
}


@pytest.mark.parametrize("language", LONG)
def test_long_names_wrap_and_end_in_time(language: str) -> None:
    script = drawing.script_for(LONG[language], language)
    font, lines = drawing._fitted(LONG[language], script)
    assert 2 <= len(lines) <= drawing.MOST_LINES
    assert lines[-1].endswith(("…", "..."))
    assert all(drawing._width(line, font, script) <= drawing.MEASURE for line in lines)


def missing(letter: str, font: ImageFont.FreeTypeFont) -> bool:
    return bytes(font.getmask(letter)) == bytes(font.getmask("\uffff"))


@pytest.mark.parametrize("language", LONG)
def test_the_font_of_a_long_name_has_all_its_letters(language: str) -> None:
    script = drawing.script_for(LONG[language], language)
    for style in ("serif", "sans"):
        font = drawing._font(style, script, drawing.SMALLEST)
        assert font
        [line] = drawing._cut(drawing._wrapped(LONG[language], font, script)[:2], 1, font, script)
        assert [letter for letter in line if letter != " " and missing(letter, font)] == []


@pytest.mark.parametrize("language", LONG)
def test_nothing_is_written_across_the_margins_or_the_band(language: str) -> None:
    """Names of every length that is set in one size or another."""
    for length in range(20, len(LONG[language]), 45):
        png = drawing.draw(LONG[language][:length], LONG[language], language)
        for box in ((0, 0, 60, 600), (1140, 0, 1200, 600), (0, 590, 1200, 604)):
            assert ink(png, box) == 0, length


@pytest.mark.parametrize("title", ["", "x" * 500, "\u202e", "Ё́", "سرطان PET-CT", "\n"])
def test_any_name_can_be_drawn(title: str) -> None:
    for language in ("en", "ar", "zh-hans"):
        assert drawing.draw(title, title, language)[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_every_public_page_says_what_to_show_beside_a_link(visitor: Client, language: str) -> None:
    for path in PUBLIC:
        about = shared(visitor, f"/{language}/{path}")
        assert about["site_name"] == "MARUS"
        assert about["title"], path
        assert about["description"], path
        assert about["url"] == f"{HOST}/{language}/{path}"
        assert about["type"] == ("article" if path == "conditions/grey-fever/" else "website"), path
        assert about["locale"] == {"en": "en_GB", "ru": "ru_RU", "ar": "ar_AR"}[language]
        assert (about["image:width"], about["image:height"]) == ("1200", "630")
        assert about["image:alt"].startswith("MARUS. ")
        assert visitor.get(about["image"].removeprefix(HOST)).status_code == 200
    assert (
        shared(visitor, "/en/conditions/grey-fever/")["image:alt"]
        == "MARUS. Grey fever: a fever that turns things grey"
    )
    assert shared(visitor, "/en/clinics/birch/?utm=1")["title"] == "Birch Clinic"


def test_words_cannot_leave_their_attribute(visitor: Client) -> None:
    rewrite(Edition.objects.get(language="en"), name='"><script>alert(1)</script>')
    assert "<script>alert" not in visitor.get("/en/conditions/grey-fever/").content.decode()
