"""Photographs for tests: real files, and rows that went the whole way."""

from io import BytesIO
from typing import Any

from PIL import Image

from clinics.models import Photo
from clinics.services import photos

WORDS = {
    "alternative_text_en": "The entrance",
    "alternative_text_ru": "Вход",
    "alternative_text_ar": "المدخل",
}


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(width: int = 64, height: int = 48, colour: str = "teal", **options: Any) -> bytes:
    """Return a JPEG of one colour."""
    return encode(Image.new("RGB", (width, height), colour), **options)


def make_photo(*, upload: bytes = b"", is_ready: bool = True, **fields: Any) -> Photo:
    """Return a photograph of the owner among the fields, as the worker leaves it if it is ready."""
    photo = Photo(**{**WORDS, **fields})
    photos.save(photo=photo, upload=upload or jpeg())
    if is_ready:
        photos.prepare(original=photo.original)
        photo.refresh_from_db()
    return photo
