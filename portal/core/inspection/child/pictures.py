"""JPEG, PNG and HEIC by Pillow, and the encoding of every preview."""

import warnings
from io import BytesIO

from PIL import Image, ImageFile, ImageOps

from .findings import Findings
from .limits import Limits
from .reasons import BROKEN, CUT_OFF, TOO_MANY_PIXELS, Refusal

LONGEST_SIDE = 1400
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
_CUT = ("trunc", "end of file", "unexpected end", "not enough", "end-of-file")


def examined(data: bytes, kind: str, limits: Limits) -> Findings:
    """Return the findings about a photograph; raises ``Refusal``."""
    if kind == "heic":
        import pillow_heif  # noqa: PLC0415 – slow import

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = limits.pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        # An MPO is what many phones write: a JPEG with smaller pictures behind it.
        image = Image.open(BytesIO(data), formats=[_FORMATS[kind]])
        check_size(image.width, image.height, limits)
        frames = 1 if kind == "jpeg" else getattr(image, "n_frames", 1)
        image.draft(None, (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        image.load()
        return Findings(kind, pages=0, images=frames, picture=_upright(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(TOO_MANY_PIXELS) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refusal(CUT_OFF if any(word in str(error).lower() for word in _CUT) else BROKEN) from error


def check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture by the dimensions in its head; raises ``Refusal``."""
    if width < 1 or height < 1:
        raise Refusal(BROKEN)
    if width * height > limits.pixels or max(width, height) > limits.longest_side:
        raise Refusal(TOO_MANY_PIXELS)


def encoded(image: Image.Image) -> bytes:
    """Return a picture as JPEG of at most 1,400 pixels that holds pixels and nothing else."""
    image = _on_white(image)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=3.0)
    plain = image.convert("RGB")
    plain.info = {}  # the encoder takes comments and profiles from here
    buffer = BytesIO()
    plain.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    small = _eight_bit(image)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=3.0)
    small.info = dict(image.info)
    try:
        return ImageOps.exif_transpose(small)
    except Exception:  # noqa: BLE001 – EXIF data is as hostile as the rest, and of no consequence
        return small


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return a picture in a mode that can be made smaller smoothly."""
    if image.mode.startswith("I"):
        # Pillow's own conversion cuts 16 bits off at 255 and does not scale them.
        return image.point(lambda value: value / 256).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper
