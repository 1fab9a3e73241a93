"""What a file is found to be, and the sentences for patients about what is refused."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.inspection.child import reasons


class Kind(models.TextChoices):
    """What a paper is, by the parser that accepted it."""

    JPEG = "jpeg", _("Photograph (JPEG)")
    PNG = "png", _("Picture (PNG)")
    HEIC = "heic", _("Photograph (HEIC)")
    PDF = "pdf", _("PDF document")
    DOCX = "docx", _("Word document")
    DICOM = "dicom", _("Medical image (DICOM)")
    DICOM_ZIP = "dicom_zip", _("Disc of medical images (ZIP)")


# What people call the devices that make medical images, by their code in DICOM (PS3.3 C.7.3.1.1.1).
_MODALITIES = {
    "CT": _("CT"),
    "MR": _("MRI"),
    "PT": _("PET"),
    "US": _("Ultrasound"),
    "MG": _("Mammogram"),
    "NM": _("Nuclear medicine"),
    "XA": _("Angiogram"),
} | dict.fromkeys(("CR", "DX", "DR", "RF"), _("X-ray"))


# Devices write there what was examined, mostly as a plain English word.
_BODY_PARTS = {
    "abdomen": _("abdomen"),
    "brain": _("brain"),
    "breast": _("breast"),
    "chest": _("chest"),
    "foot": _("foot"),
    "hand": _("hand"),
    "head": _("head"),
    "heart": _("heart"),
    "hip": _("hip"),
    "kidney": _("kidney"),
    "knee": _("knee"),
    "liver": _("liver"),
    "neck": _("neck"),
    "pelvis": _("pelvis"),
    "shoulder": _("shoulder"),
    "spine": _("spine"),
}
# Around other words of a device, whose letters and digits would mix with those of an Arabic line.
_ISOLATED = "\u2068{}\u2069"


def study_in_words(modality: str, body_part: str, day: date | None) -> str:
    """Return what people call a study, in the active language: "CT chest, 12 Nov 2026". Rare modalities have their code."""
    part = body_part.lower()
    parts = [
        str(_MODALITIES.get(modality, modality)),
        str(_BODY_PARTS[part]) if part in _BODY_PARTS else part and _ISOLATED.format(part),
    ]
    what = gettext("%(modality)s %(part)s") % {"modality": parts[0], "part": parts[1]} if all(parts) else "".join(parts)
    if what and day:
        return gettext("%(what)s, %(day)s") % {"what": what, "day": date_format(day, "DATE_FORMAT")}
    return what or (date_format(day, "DATE_FORMAT") if day else "")


class Reason(models.TextChoices):
    """Why a file is not taken. ``TOOK_TOO_LONG`` says nothing against it: a person looks at it."""

    EMPTY = reasons.EMPTY, _("The file is empty. Choose it again, or send another copy.")
    TOO_LARGE = reasons.TOO_LARGE, _("The file is too large. Send a smaller copy, or send it in parts.")
    CUT_OFF = reasons.CUT_OFF, _("The end of the file is missing. Copy it to your device again, and send it anew.")
    TOO_MANY_PIXELS = reasons.TOO_MANY_PIXELS, _("The picture has too many pixels. Send a smaller copy of it.")
    TOO_MANY_PAGES = reasons.TOO_MANY_PAGES, _("The file has too many pages. Divide it, and send the parts.")
    TOO_MANY_MEMBERS = reasons.TOO_MANY_MEMBERS, _("There are too many files in it. Divide it, and send the parts.")
    UNPACKS_TOO_LARGE = (
        reasons.UNPACKS_TOO_LARGE,
        _("The file becomes far too large when it is opened. Send the pictures or pages in another way."),
    )
    LOCKED = reasons.LOCKED, _("The file has a password. Save a copy without the password, and send that one.")
    PROGRAM = reasons.PROGRAM, _("This is a program, or its name ends like one. We take documents and pictures only.")
    UNKNOWN = (
        reasons.UNKNOWN,
        _("We cannot read this kind of file. Send it as PDF, or as a photo (JPEG, PNG or HEIC)."),
    )
    TWO_IN_ONE = (
        reasons.TWO_IN_ONE,
        _("The file is of two kinds at the same time. Save it anew as PDF or JPEG, and send that one."),
    )
    OLD_OFFICE = (
        reasons.OLD_OFFICE,
        _("We cannot take this office file. Open it, choose “Save as” or “Print”, then PDF, and send the PDF."),
    )
    WEB_PAGE = (
        reasons.WEB_PAGE,
        _("This is a web page, a drawing (SVG) or a script. Print it as PDF, or send a photo of it."),
    )
    ACTIVE = (
        reasons.ACTIVE,
        _("There are macros, scripts or other files in this document. Print it as PDF, and send that one."),
    )
    ARCHIVE = (
        reasons.ARCHIVE,
        _(
            "We take packed files only as ZIP, with the medical images (DICOM) of a CD. "
            "Send photos and documents one by one, without packing them."
        ),
    )
    DISC_CONTENTS = (
        reasons.DISC_CONTENTS,
        _("This file is only the list of what is on the CD. Pack the whole CD into one ZIP file, and send that."),
    )
    BROKEN = reasons.BROKEN, _("The file is damaged and cannot be opened. Save it anew, or send a photo of it.")
    TOOK_TOO_LONG = (
        reasons.TOOK_TOO_LONG,
        _("The check of this file took too long. We have kept it, and a coordinator will look at it."),
    )
    # What the virus scanner says, and no parser.
    INFECTED = (
        "infected",
        _(
            "There is a virus in this file, so we have not kept it. Check the device that it comes from, "
            "then save the file anew, or send a photo of the paper."
        ),
    )

    @property
    def is_for_a_person(self) -> bool:
        """Whether the file is kept and looked at by hand, in place of being refused."""
        return self is Reason.TOOK_TOO_LONG


class Refused(Exception):
    """A file is not taken; ``reason`` has the sentence."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True)
class Inspection:
    """What a file was found to be."""

    kind: Kind
    # Of a PDF; 0 where nobody can say.
    pages: int
    # Pictures in it: 1 of a photograph, frames or slices of a study.
    images: int
    # Of DICOM, as its header says; "" and None where it says nothing.
    modality: str
    body_part: str
    study_date: date | None
    name_in_header: str
    # "YES" or "NO": whether words are written in the picture itself, such as a name.
    burned_in: str
    # Of a single DICOM file: the UID of its series and its number there; "" and 0 where the header says nothing.
    series: str
    instance: int
    # Of a ZIP: for each member that is no folder, in the order of its directory, "1" when it is DICOM, "0" when it is left
    # out; and whether programs are among those.
    kept: str
    has_programs: bool
    # JPEG of the first page or middle slice, 1,400 pixels at most; empty where there is none.
    preview: bytes
