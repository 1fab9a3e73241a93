"""Files that somebody may call a photograph: what each one is, and the sentence it is refused with."""

import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

from PIL import Image

from clinics import imaging
from tests.factories.photos import encode, jpeg

PIXELS = "The picture has more than 60 megapixels: make it smaller and choose it again."
LONG = "The picture is longer than 16,000 pixels: make it smaller and choose it again."
SIZE = "The file has 15.2 MB: a photograph may have up to 15 MB."


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, body: bytes = b"", *before: bytes) -> bytes:
    """Return a PNG that claims a size and holds whatever it holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def jpeg_that_claims(width: int, height: int) -> bytes:
    """Return a JPEG whose head names another size."""
    return re.sub(rb"(\xff\xc0..\x08)....", rb"\g<1>" + struct.pack(">HH", height, width), jpeg(), flags=re.DOTALL)


def scan_bomb() -> bytes:
    """Return a progressive JPEG whose last pass is there 5,000 times: small to send, minutes to decode."""
    data = encode(Image.new("L", (2000, 2000), 128), progressive=True)
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * 5000 + data[-2:]


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def zipped() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", jpeg())
    return buffer.getvalue()


def other(kind: str) -> Callable[[], bytes]:
    return lambda: encode(Image.new("RGB", (32, 32)), kind)


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 400
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(%pipe%id) (r) file\n%%EOF\n"

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", imaging.EMPTY),
    "one byte": (lambda: b"\xff", imaging.UNKNOWN),
    "text": (lambda: b"This is a photograph.", imaging.UNKNOWN),
    "zeros": (lambda: b"\x00" * 100_000, imaging.UNKNOWN),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", imaging.UNKNOWN),
    "HTML with a JPEG behind it": (lambda: b"<html><script>alert(1)</script>" + jpeg(), imaging.UNKNOWN),
    "SVG": (lambda: SVG, imaging.UNKNOWN),
    "XML with entities": (lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + SVG, imaging.UNKNOWN),
    "PDF": (lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>", imaging.UNKNOWN),
    "PostScript": (lambda: EPS, imaging.UNKNOWN),
    "PHP": (lambda: b"<?php system($_GET['c']); ?>", imaging.UNKNOWN),
    "Windows program": (lambda: b"MZ\x90\x00" + b"\x00" * 200 + b"PE\x00\x00", imaging.UNKNOWN),
    "Linux program": (lambda: b"\x7fELF\x02\x01\x01" + b"\x00" * 200, imaging.UNKNOWN),
    "ZIP": (zipped, imaging.UNKNOWN),
    "GIF": (other("GIF"), imaging.UNKNOWN),
    "moving GIF": (lambda: moving("GIF"), imaging.UNKNOWN),
    "GIF head on a JPEG": (lambda: b"GIF89a" + jpeg(), imaging.UNKNOWN),
    "BMP": (other("BMP"), imaging.UNKNOWN),
    "TIFF": (other("TIFF"), imaging.UNKNOWN),
    "icon": (other("ICO"), imaging.UNKNOWN),
    "AVIF": (other("AVIF"), imaging.UNKNOWN),
    "HEIC": (lambda: HEIC, imaging.HEIC),
    "head of a JPEG": (lambda: jpeg()[:20], imaging.DAMAGED),
    "half a JPEG": (lambda: jpeg(640, 480)[:3000], imaging.DAMAGED),
    "half a PNG": (lambda: encode(Image.effect_noise((200, 200), 80), "PNG")[:9000], imaging.DAMAGED),
    "half a WebP": (lambda: encode(Image.effect_noise((200, 200), 80), "WEBP")[:2000], imaging.DAMAGED),
    "PNG that holds nothing": (lambda: png(4000, 3000), imaging.DAMAGED),
    "PNG with a broken head": (lambda: png(64, 64).replace(b"IHDR", b"IHDX"), imaging.DAMAGED),
    "PNG whose comment unpacks to 80 MB": (
        lambda: png(64, 64, b"", chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"A" * 80_000_000))),
        imaging.DAMAGED,
    ),
    "RIFF that is a sound": (lambda: b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 64, imaging.DAMAGED),
    "JPEG of 5,000 passes": (scan_bomb, imaging.DAMAGED),
    "moving PNG": (lambda: moving("PNG"), imaging.MOVING),
    "moving WebP": (lambda: moving("WEBP"), imaging.MOVING),
    "PNG of 1,000,000 × 1,000,000": (lambda: png(1_000_000, 1_000_000), PIXELS),
    "PNG of 12,000 × 12,000": (lambda: png(12_000, 12_000), PIXELS),
    "PNG of 7,800 × 7,800": (lambda: png(7_800, 7_800), PIXELS),
    "JPEG of 65,000 × 65,000": (lambda: jpeg_that_claims(65_000, 65_000), PIXELS),
    "PNG of 20,000 × 1,000": (lambda: png(20_000, 1_000), LONG),
    "15.2 MB": (lambda: jpeg() + b"\x00" * 15_200_000, SIZE),
}
# Those with the head of a photograph: who decodes them learns that they are none.
FOUND_BY_DECODING = {
    "half a JPEG",
    "half a PNG",
    "PNG that holds nothing",
    "JPEG of 5,000 passes",
}
