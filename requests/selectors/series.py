"""Papers of a case as people see them: a series is one, and many that are being checked stand together."""

from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import User
from portal.core.inspection import Kind, Reason
from portal.core.text.person_names import Match, compare
from requests.enums import ForWhom
from requests.models import Case, Document
from requests.models.documents import DocumentQuerySet, series_in

# So many that are being checked at the same time are folded: their names alone say little.
MANY = 5
IMAGES = (Kind.DICOM, Kind.DICOM_ZIP)


@dataclass(frozen=True)
class Papers:
    """The papers of a case that are here, in the order of the query.

    ``waiting`` are being checked, if they are many; ``disc_lists`` are lists of what is on a disc, of no use since the
    images are here too.
    """

    entries: list[Document]
    waiting: list[Document]
    disc_lists: list[Document]


def papers(rows: DocumentQuerySet) -> Papers:
    """Return the papers among ``rows`` that are here."""
    here = list(rows.here())
    has_images = any(row.kind in IMAGES for row in here)
    disc_lists = [row for row in here if has_images and row.refused == Reason.DISC_CONTENTS]
    waiting = [row for row in here if row.checked_at is None]
    if len(waiting) < MANY:
        waiting = []
    folded = {row.pk for row in disc_lists + waiting}
    return Papers(series_in(row for row in here if row.pk not in folded), waiting, disc_lists)


def states(case: Case) -> list[str]:
    """Return the state of every paper of a case that is here, without opening anything of them."""
    rows = Document.objects.filter(case__in=case.whole()).defer("name", "sha256", "reason", "findings", "series")
    found = papers(rows)
    return [row.state for row in found.entries + found.waiting]


def series_of(document: Document) -> Document:
    """Return the paper that stands for a paper and the other images of its series."""
    return series_in(Document.objects.of_series(document).select_related("case", "added_by", "name_asked_by"))[0]


@dataclass(frozen=True)
class NameCheck:
    """The name in medical images beside the one of the case, and who asked about it."""

    match: Match
    in_images: str
    in_case: str
    asked_by: User | None
    asked_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether they are different, and nobody has asked yet."""
        return self.match == Match.DIFFERENT and self.asked_at is None

    @property
    def is_shown(self) -> bool:
        """Whether a colleague should see the name: it is said, and not clearly the same."""
        return bool(self.in_images) and self.match != Match.SAME


def name_check(document: Document, case: Case) -> NameCheck:
    """Compare the name in an image with the one of its case and of the case that this was merged into.

    Compared when it is shown, not when the image is checked: the name of a case may be said or corrected later.
    """
    in_images = document.found.get("name", "").replace("^", " ").strip()
    known = dict.fromkeys(filter(None, (_patient(row) for row in (case, document.case))))
    match = compare(document.found.get("name", ""), known)
    return NameCheck(match, in_images, ", ".join(known), document.name_asked_by, document.name_asked_at)


def _patient(case: Case) -> str:
    """Return the name of the patient; nothing where somebody else wrote and has not said it."""
    return case.patient_name or (case.name if case.for_whom == ForWhom.ME else "")
