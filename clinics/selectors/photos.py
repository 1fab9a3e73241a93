"""Reads of the photographs that pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Q
from django.urls import reverse

from clinics.imaging import TYPES, WIDTHS
from clinics.models import Photo
from clinics.models.photos import IS_PORTRAIT
from portal.core.content.translated_columns import columns, texts

_COLUMNS = ("variants", "focal_x", "focal_y")


@dataclass(frozen=True)
class Picture:
    """One photograph as a ``picture`` element: (type, srcset) of the newer formats, then the JPEG for all others.

    ``focus`` names the class that keeps the focal point in view where the picture is cropped.
    """

    sources: list[tuple[str, str]]
    src: str
    srcset: str
    width: int
    height: int
    alternative_text: str
    focus: str


def first_of(owner: str, ids: Iterable[int], language: str) -> dict[int, Picture]:
    """Return the first photograph of each owner (``clinic``, ``doctor`` or ``care_assistant``) that has one."""
    pictures: dict[int, Picture] = {}
    for row in _rows(owner, ids, language):
        if row[owner] not in pictures:
            pictures[row[owner]] = _picture(row, language)
    return pictures


def all_of(owner: str, pk: int, language: str) -> list[Picture]:
    """Return the photographs of one owner in their order."""
    return [_picture(row, language) for row in _rows(owner, [pk], language)]


def portrait(pk: int, language: str) -> Picture | None:
    """Return a portrait; None as long as no worker has prepared it."""
    rows = Photo.objects.ready().filter(IS_PORTRAIT, pk=pk).values(*_COLUMNS, *columns(language, "alternative_text"))
    return next((_picture(row, language) for row in rows), None)


def is_public(name: str, extension: str) -> bool:
    """Say whether a file is what visitors get of a photograph of something published. One query."""
    places = ((f"variants__{place}__files__{extension}", name) for place in range(len(WIDTHS)))
    return bool(Photo.objects.public().filter(Q(*places, _connector=Q.OR)).exists())


def _rows(owner: str, ids: Iterable[int], language: str) -> Iterable[dict[str, Any]]:
    ready = Photo.objects.ready().filter(**{f"{owner}__in": list(ids)}).order_by("order", "pk")
    rows: Iterable[dict[str, Any]] = ready.values(owner, *_COLUMNS, *columns(language, "alternative_text"))
    return rows


def _picture(row: dict[str, Any], language: str) -> Picture:
    variants = row["variants"]
    widest = variants[-1]
    return Picture(
        sources=[(TYPES[extension], _srcset(variants, extension)) for extension in ("avif", "webp")],
        src=address(widest["files"]["jpeg"], "jpeg"),
        srcset=_srcset(variants, "jpeg"),
        width=widest["width"],
        height=widest["height"],
        alternative_text=texts(row, language, ["alternative_text"])["alternative_text"],
        focus=f"focus-{_fifth(row['focal_x'])}-{_fifth(row['focal_y'])}",
    )


def _srcset(variants: list[dict[str, Any]], extension: str) -> str:
    return ", ".join(f"{address(variant['files'][extension], extension)} {variant['width']}w" for variant in variants)


def address(name: str, extension: str) -> str:
    """Return the address of a variant."""
    return f"{_folder()}{name}.{extension}"


@cache
def _folder() -> str:
    # A page of a list has some 300 of these addresses: resolved one by one they cost more than all its queries.
    return reverse("photo", args=["0" * 32, "jpeg"]).rpartition("/")[0] + "/"


def _fifth(percent: int) -> int:
    """Return the nearest of five places: 1 is 0 %, 5 is 100 %."""
    return (percent + 12) // 25 + 1
