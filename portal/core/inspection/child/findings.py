"""What a parser found, as plain values for JSON, and the picture of the first page or middle slice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


@dataclass
class Findings:
    """The findings of one file; ``picture`` is encoded anew and does not travel as it is."""

    kind: str
    pages: int = 0
    images: int = 0
    modality: str = ""
    body_part: str = ""
    study_date: str = ""
    name_in_header: str = ""
    burned_in: str = ""
    series: str = ""
    instance: int = 0
    kept: str = ""
    has_programs: bool = False
    picture: "Image.Image | None" = None
