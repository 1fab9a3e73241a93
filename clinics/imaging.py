"""Image processing of photographs: refuses what is none, makes the variants that browsers show.

Uploads are hostile until decoded: only three formats are tried, sizes are read from the head of the
file before anything is decoded, and what comes out holds pixels and nothing else. Web processes read
heads, workers decode.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from threading import RLock
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_noop
from PIL import Image, ImageCms, ImageFile

WIDTHS = (320, 640, 960, 1280)
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}

_FORMATS = ("JPEG", "PNG", "WEBP")
_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"}
_LONGEST_SIDE = 16_000  # WebP ends at 16,383
_SAVING: dict[str, dict[str, Any]] = {
    "avif": {"quality": 55, "speed": 6},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 80, "progressive": True, "optimize": True},
}

# A progressive JPEG has about ten passes over the picture. Each costs the decoder up to 30 ms and the file 150 bytes.
_MOST_SCANS = 100
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_END, _SCAN = 0xD9, 0xDA

# Pillow's flag is one of the whole process: a thread must not put it back while another one reads.
_strictness = RLock()

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = 5  # from this orientation on, width and height change places

EMPTY = gettext_noop("The file is empty: choose another one.")
HEIC = gettext_noop("This is an HEIC photograph, which browsers cannot show: save it as JPEG and choose it again.")
UNKNOWN = gettext_noop("This is no photograph that can be read here: save it as JPEG, PNG or WebP and choose it again.")
DAMAGED = gettext_noop("The file is damaged or cut off: save it anew and choose it again.")
MOVING = gettext_noop("This picture moves: choose a still photograph.")
GIVEN_UP = gettext_noop("The file could not be prepared: save it anew and choose it again.")
TOO_LARGE_TO_OPEN = gettext_noop("The picture is too large to be opened: make it smaller and choose it again.")

TOO_MANY_BYTES = gettext_noop("The file has %(size)s MB: a photograph may have up to %(limit)s MB.")
TOO_MANY_PIXELS = gettext_noop("The picture has more than %(limit)s megapixels: make it smaller and choose it again.")
TOO_LONG = gettext_noop("The picture is longer than %(limit)s pixels: make it smaller and choose it again.")


class NotShowable(Exception):
    """A file that is no photograph for visitors; its one sentence is for the editor, and is stored in English."""

    def __init__(self, sentence: str, **numbers: str) -> None:
        self.sentence, self.numbers = sentence, numbers
        super().__init__(sentence % numbers)

    def in_words(self) -> str:
        """Return the sentence in the language that is read now."""
        return gettext(self.sentence) % self.numbers


@dataclass(frozen=True)
class Variant:
    """One width of a photograph, encoded once for each extension of ``TYPES``."""

    width: int
    height: int
    files: dict[str, bytes]


def check_head(data: bytes) -> None:
    """Refuse what the head of a file says is no photograph, without decoding it. Raises ``NotShowable``."""
    try:
        _opened(data)
    except MemoryError as error:
        raise NotShowable(TOO_LARGE_TO_OPEN) from error


def check_size(size: int) -> None:
    """Refuse a file by its size in bytes alone. Raises ``NotShowable``."""
    if not size:
        raise NotShowable(EMPTY)
    if size > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES / 1_000_000
        raise NotShowable(TOO_MANY_BYTES, size=f"{size / 1_000_000:.1f}", limit=f"{limit:g}")


def variants(data: bytes) -> Iterator[Variant]:
    """Yield the widths of a photograph, narrowest first, none wider than itself. Raises ``NotShowable``."""
    image = _opened(data)
    # 15 MB of passes would keep a decoder busy for many minutes (docs/decisions/0020).
    if data.startswith(_HEADS[0]) and _scans(data) > _MOST_SCANS:
        raise NotShowable(DAMAGED)
    turn = _turn(image)
    width, height = image.size if turn < _LYING else image.size[::-1]
    widths = [size for size in WIDTHS if size <= width] or [width]
    widest = _upright(image, turn, widths[-1] / width)
    for target_width in widths:
        size = (target_width, max(1, round(height * target_width / width)))
        resized = widest if size == widest.size else widest.resize(size, Image.Resampling.LANCZOS)
        yield Variant(*size, {extension: _encoded(resized, extension) for extension in TYPES})


def _opened(data: bytes) -> Image.Image:
    """Return a picture of which only the head has been read."""
    check_size(len(data))
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise NotShowable(HEIC)
    if not data.startswith(_HEADS):
        raise NotShowable(UNKNOWN)
    with _strictly():
        image = Image.open(BytesIO(data), formats=_FORMATS)
    if image.width * image.height > settings.PHOTO_MAX_PIXELS:
        raise _too_many_pixels()
    if max(image.size) > _LONGEST_SIDE:
        raise _too_long()
    # An MPO is what many phones write: a JPEG with smaller pictures behind it, of which the first is the photograph.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise NotShowable(MOVING)
    return image


@contextmanager
def _strictly() -> Iterator[None]:
    """Let Pillow refuse damaged files. WeasyPrint tells it not to, for every process that has printed a PDF.

    Raises ``NotShowable`` for whatever a hostile file makes of its reader, but for memory that runs out.
    """
    with _strictness:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        except MemoryError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels() from error
        except Exception as error:
            raise NotShowable(DAMAGED) from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _too_many_pixels() -> NotShowable:
    return NotShowable(TOO_MANY_PIXELS, limit=f"{settings.PHOTO_MAX_PIXELS / 1_000_000:g}")


def _too_long() -> NotShowable:
    return NotShowable(TOO_LONG, limit=f"{_LONGEST_SIDE:,}")


def problem_in_words(problem: str) -> str:
    """Return what is stored of a file that could not be prepared in the language that is read now."""
    with_numbers = {str(refusal): refusal for refusal in (_too_many_pixels(), _too_long())}
    return with_numbers[problem].in_words() if problem in with_numbers else gettext(problem)


def _scans(data: bytes) -> int:
    """Count the passes of the first picture of a JPEG, without decoding it."""
    place, scans = 2, 0
    while (marker := _MARKER.search(data, place)) and marker[1][0] != _END and scans <= _MOST_SCANS:
        scans += marker[1][0] == _SCAN
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans


def _turn(image: Image.Image) -> int:
    """Return the orientation of the EXIF data, 1 where there is none that can be read."""
    try:
        with _strictly():
            turn = image.getexif().get(_ORIENTATION)
    except (NotShowable, MemoryError):  # EXIF data is as hostile as the rest, and may be missing
        return 1
    return turn if turn in _TURNS else 1


def _upright(image: Image.Image, turn: int, factor: float) -> Image.Image:
    """Return the picture as it is to be seen: scaled, turned, sRGB on white, nothing but pixels."""
    profile = image.info.get("icc_profile")
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    # A JPEG can be decoded smaller than it is; twice the size is left for the filter below.
    image.draft(None, (2 * size[0], 2 * size[1]))
    with _strictly():
        image.load()
    scaled = _eight_bit(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    turned = scaled.transpose(_TURNS[turn]) if turn in _TURNS else scaled
    plain = _in_srgb(_on_white(turned), profile)
    plain.info = {}  # the encoders take comments and profiles from here
    return plain


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be scaled smoothly."""
    if image.mode.startswith("I"):
        # Pillow's own conversion cuts 16 bits off at 255 and does not scale them.
        return image.point(lambda value: value / 256).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if "transparency" in image.info or image.mode == "PA":
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode == "P" else image


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert colours by the picture's own profile; one that cannot be used is left out."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")


def _encoded(image: Image.Image, extension: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, extension, **_SAVING[extension])
    return buffer.getvalue()
