"""What is made of a photograph: its sizes, its colours, and nothing of what came with it."""

import struct
from collections.abc import Callable
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image, ImageCms, ImageFile

from clinics import imaging
from tests.clinics.hostile import FOUND_BY_DECODING, REFUSED, chunk, png
from tests.factories.photos import encode, jpeg

CANARY = "Canary-of-metadata"


def made(data: bytes) -> list[imaging.Variant]:
    imaging.check_head(data)
    return list(imaging.variants(data))


def seen(variant: imaging.Variant, extension: str = "jpeg") -> Image.Image:
    image = Image.open(BytesIO(variant.files[extension]))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((2000, 1500), [(320, 240), (640, 480), (960, 720), (1280, 960)]),
        ((1279, 800), [(320, 200), (640, 400), (960, 600)]),
        ((640, 640), [(320, 320), (640, 640)]),
        ((300, 200), [(300, 200)]),
        ((1, 1), [(1, 1)]),
        ((3000, 2), [(320, 1), (640, 1), (960, 1), (1280, 1)]),
        ((320, 8000), [(320, 8000)]),
    ],
)
def test_widths_are_never_larger_than_the_original(size: tuple[int, int], sizes: list[tuple[int, int]]) -> None:
    found = made(jpeg(*size))
    assert [(one.width, one.height) for one in found] == sizes
    for one in found:
        assert {seen(one, extension).size for extension in imaging.TYPES} == {(one.width, one.height)}
        assert [seen(one, extension).format for extension in imaging.TYPES] == ["AVIF", "WEBP", "JPEG"]
        assert seen(one).info["progressive"] == 1


def quarters(orientation: int | None) -> bytes:
    """Return a picture that is to be seen as red, green, blue, white, stored as a camera turned so stores it."""
    upright = Image.new("RGB", (400, 200))
    for box, colour in {(0, 0): "red", (200, 0): "lime", (0, 100): "blue", (200, 100): "white"}.items():
        upright.paste(colour, (*box, box[0] + 200, box[1] + 100))
    back = {**imaging._TURNS, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    stored = upright.transpose(back[orientation]) if orientation in back else upright
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    return encode(stored, quality=95, exif=exif)


@pytest.mark.parametrize("orientation", [None, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_a_picture_stands_as_the_camera_was_held(orientation: int | None) -> None:
    [first, *_more] = made(quarters(orientation))
    image = seen(first)
    assert image.size == (320, 160)
    places = {(40, 40): (255, 0, 0), (280, 40): (0, 255, 0), (40, 120): (0, 0, 255), (280, 120): (255, 255, 255)}
    for place, colour in places.items():
        got = image.getpixel(place)
        assert isinstance(got, tuple)
        assert max(abs(a - b) for a, b in zip(got, colour, strict=True)) < 25, (place, got)
    assert image.getexif() == {}


def with_metadata() -> bytes:
    """Return a JPEG with the place it was taken at, a maker, a comment, XMP and a profile."""
    exif = Image.Exif()
    exif[0x010F] = CANARY
    exif[0x0112] = 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (55.0, 45.0, 7.0), "E", (37.0, 37.0, 4.0)
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{CANARY}</x:xmpmeta>'.encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGB", (700, 500), "olive")
    return encode(image, exif=exif, xmp=xmp, icc_profile=profile, comment=CANARY.encode())


def test_nothing_but_pixels_goes_out() -> None:
    data = with_metadata()
    before = Image.open(BytesIO(data))
    assert dict(before.getexif().get_ifd(0x8825)) != {}
    assert data.count(CANARY.encode()) == 3
    for variant in made(data):
        assert (variant.width, variant.height) == (320, 448)
        for extension, public in variant.files.items():
            image = seen(variant, extension)
            assert dict(image.getexif()) == {}
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
            assert not [word for word in (CANARY.encode(), b"Exif\x00", b"ICC_PROFILE", b"xmpmeta") if word in public]


def test_what_hides_behind_or_inside_a_photograph_stays_private() -> None:
    hidden = b"<script>alert('Canary')</script><?php system('id'); ?>%PDF-1.7 PK\x03\x04 Canary"
    phone_with_a_film = jpeg() + b"\x00\x00\x00\x18ftypmp42" + hidden
    in_a_comment = jpeg(comment=hidden)
    in_a_chunk = encode(Image.new("RGB", (40, 40)), "PNG").replace(
        b"\x00\x00\x00\x00IEND", chunk(b"tEXt", b"Comment\x00" + hidden) + b"\x00\x00\x00\x00IEND"
    )
    for data in (phone_with_a_film, in_a_comment, in_a_chunk):
        assert b"Canary" in data
        for variant in made(data):
            assert [name for name, public in variant.files.items() if b"Canary" in public or b"script" in public] == []


def grey16() -> bytes:
    return encode(Image.new("I;16", (40, 30), 0x8000), "PNG")


def colour16() -> bytes:
    """Return a PNG with 16 bits for each of red, green and blue."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 16, 2, 0, 0, 0))
    line = b"\x00" + struct.pack(">HHH", 0x8000, 0x8000, 0x8000) * 40
    plain = png(1, 1, line * 30)
    start = plain.index(b"IDAT") - 4
    return b"\x89PNG\r\n\x1a\n" + head + plain[start:]


def palette(transparent: int | None = None) -> bytes:
    image = Image.new("P", (40, 30), 0)
    image.putpalette([128, 128, 128] + [0] * 765)
    return encode(image, "PNG", **({} if transparent is None else {"transparency": transparent}))


def many_pictures() -> bytes:
    """Return an MPO, the JPEG with a second, smaller picture of many phones."""
    second = Image.new("RGB", (20, 15), "red")
    return encode(Image.new("RGB", (40, 30), (128, 128, 128)), "MPO", save_all=True, append_images=[second])


GREY, WHITE = (128, 128, 128), (255, 255, 255)


@pytest.mark.parametrize(
    ("make", "colour"),
    [
        (lambda: encode(Image.new("CMYK", (40, 30), (0, 0, 0, 127))), GREY),
        (lambda: encode(Image.new("CMYK", (40, 30), (0, 0, 0, 127)), icc_profile=b"not a profile at all"), GREY),
        (lambda: encode(Image.new("L", (40, 30), 128)), GREY),
        (lambda: encode(Image.new("1", (40, 30), 1), "PNG"), WHITE),
        (grey16, GREY),
        (colour16, GREY),
        (palette, GREY),
        (lambda: palette(0), WHITE),
        (lambda: encode(Image.new("RGB", (40, 30), GREY), "PNG", transparency=GREY), WHITE),
        (lambda: encode(Image.new("RGBA", (40, 30), (*GREY, 0)), "PNG"), WHITE),
        (lambda: encode(Image.new("RGBA", (40, 30), (*GREY, 255)), "PNG"), GREY),
        (lambda: encode(Image.new("RGBA", (40, 30), (*GREY, 0)), "WEBP", lossless=True), WHITE),
        (lambda: encode(Image.new("LA", (40, 30), (128, 255)), "PNG"), GREY),
        (lambda: encode(Image.new("RGB", (40, 30), GREY), "WEBP"), GREY),
        (lambda: jpeg(40, 30, "gray", icc_profile=b"broken" * 40), GREY),
        (many_pictures, GREY),
    ],
    ids=[
        "CMYK", "CMYK, odd profile", "grey", "black and white", "16-bit grey", "16-bit colour", "palette",
        "see-through palette", "see-through colour", "see-through", "opaque", "see-through WebP", "grey with alpha",
        "WebP", "broken profile", "MPO",
    ],
)  # fmt: skip
def test_odd_but_honest_photographs_become_plain_ones(make: Callable[[], bytes], colour: tuple[int, ...]) -> None:
    [variant] = made(make())
    for extension in imaging.TYPES:
        image = seen(variant, extension)
        assert (image.mode, image.size) == ("RGB", (40, 30))
        got = image.getpixel((20, 15))
        assert isinstance(got, tuple)
        assert max(abs(a - b) for a, b in zip(got, colour, strict=True)) <= 3, (extension, got)


def test_colours_are_converted_by_the_profile() -> None:
    """A profile that calls green what others call red: a red picture comes out green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ").replace(b"tmp!", b"gXYZ")
    for kind, mode, red in (
        ("PNG", "RGB", (255, 0, 0)),
        ("PNG", "RGBA", (255, 0, 0, 255)),
        ("JPEG", "RGB", (255, 0, 0)),
    ):
        [variant] = made(encode(Image.new(mode, (40, 30), red), kind, icc_profile=swapped))
        got = seen(variant).getpixel((20, 15))
        assert isinstance(got, tuple)
        assert (got[0] < 10, got[1] > 245, got[2] < 10) == (True, True, True), got


@pytest.mark.filterwarnings("default")  # Pillow warns of it
def test_a_photograph_with_broken_exif_is_shown() -> None:
    assert len(made(jpeg(exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40))) == 1


@pytest.fixture(params=[False, True], ids=["fresh process", "process that has printed a PDF"])
def lenience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """What WeasyPrint makes of Pillow when it is imported: damaged files pass, for the whole process."""
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", request.param)
    return bool(request.param)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", REFUSED)
def test_form_and_worker_refuse_with_the_same_sentence(name: str, lenience: bool) -> None:
    make, sentence = REFUSED[name]
    data = make()
    refusals: list[Callable[[bytes], object]] = [imaging.check_head, lambda data: list(imaging.variants(data))]
    if name in FOUND_BY_DECODING:
        imaging.check_head(data)
        del refusals[0]
    for refuse in refusals:
        with pytest.raises(imaging.NotShowable) as refusal:
            refuse(data)
        assert str(refusal.value) == sentence
    assert ImageFile.LOAD_TRUNCATED_IMAGES is lenience


def test_hostile_files_end_quickly() -> None:
    """What is refused is refused by its head: a second would be a decoder at work."""
    for name in ("JPEG of 5,000 passes", "PNG of 1,000,000 × 1,000,000", "PNG whose comment unpacks to 80 MB"):
        data = REFUSED[name][0]()
        start = timezone.now()
        with pytest.raises(imaging.NotShowable):
            list(imaging.variants(data))
        assert (timezone.now() - start).total_seconds() < 1, name
