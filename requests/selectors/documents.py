"""Papers of a case as people see them, and its checklist: what is here, can be used, was asked for and is missing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from conditions.selectors.documents import NeededDocument, needs
from portal.accounts.models import User
from portal.core.inspection import Kind, Reason
from portal.core.text.person_names import Match, compare
from requests.enums import DISCHARGE, DISCHARGE_NAME, DocumentState, ForWhom
from requests.models import Case, Document, MissingPaper, Task
from requests.models.documents import DocumentQuerySet, series_in
from requests.models.tasks import TaskQuerySet

S = DocumentState
# The kind of task by which a patient is asked for papers.
PAPERS = "papers"
# Looked at, and nothing more is to be done with them.
READY = (S.ACCEPTED, S.TRANSLATED)
# So many that are being checked at the same time are folded: their names alone say little.
MANY = 5
IMAGES = (Kind.DICOM, Kind.DICOM_ZIP)
# What is not loaded where nobody reads it.
SEALED = ("name", "sha256", "reason", "findings", "series")


@dataclass(frozen=True)
class Listed:
    """Papers as a list shows them, in the order in which they were given; a series of images is one.

    ``waiting`` are being checked, if they are many; ``disc_lists`` are lists of what is on a disc, of no use since the
    images are here too.
    """

    entries: list[Document]
    waiting: list[Document]
    disc_lists: list[Document]


def listed(rows: Iterable[Document]) -> Listed:
    """Return papers that are here as a list shows them."""
    here = list(rows)
    has_images = any(row.kind in IMAGES for row in here)
    disc_lists = [row for row in here if has_images and row.refused == Reason.DISC_CONTENTS]
    waiting = [row for row in here if row.checked_at is None]
    if len(waiting) < MANY:
        waiting = []
    folded = {row.pk for row in disc_lists + waiting}
    return Listed(series_in(row for row in here if row.pk not in folded), waiting, disc_lists)


def states(case: Case) -> list[str]:
    """Return the state of every paper of a case that a list shows, translations left out."""
    rows = Document.objects.here().filter(case__in=case.whole(), translation_of=None)
    papers = listed(rows.defer(*SEALED))
    return [row.state for row in papers.entries + papers.waiting]


def openable(case: Case, keys: Collection[UUID]) -> set[UUID]:
    """Return which of these are papers of the case that its patient may open."""
    if not keys:
        return set()
    rows = Document.objects.here().filter(case__in=case.whole(), pk__in=keys)
    return {row.pk for row in rows if row.can_be_opened}


def series_of(document: Document) -> Document:
    """Return the paper that stands for a paper and the other images of its series."""
    related = ("case__merged_into", "added_by", "released_by", "name_asked_by", "translation_of__case")
    # One that was removed a moment ago stands for itself.
    return (series_in(Document.objects.of_series(document).select_related(*related)) or [document])[0]


@dataclass(frozen=True)
class Item:
    """A paper of the checklist in a case: the best of what came for it, the open task that asks for it, or none at all.

    Of a series, the document is the image that stands for all.
    ``is_missing`` when the patient said that there is none.
    """

    need: NeededDocument
    document: Document | None
    task: Task | None
    is_missing: bool

    @property
    def is_here(self) -> bool:
        """Whether something came for it that was not rejected."""
        return self.document is not None

    @property
    def is_ready(self) -> bool:
        """Whether it needs nothing more."""
        return self.document is not None and self.document.state in READY

    @property
    def asked_until(self) -> date | None:
        """The day of the team until which it was asked for; None where nobody asks for it."""
        due_at = self.task.due_at if self.task else None
        return timezone.localtime(due_at, ZoneInfo(settings.TEAM_TIME_ZONE)).date() if due_at else None

    @property
    def is_settled(self) -> bool:
        """Whether no move waits for it."""
        return self.is_ready or self.is_missing or not self.need.is_required


def checklist(case: Case, language: str) -> list[Item]:
    """Return the papers that help with the illness of a case, with their words in a language or else in English."""
    helpful = needs(case.condition, language) if case.condition else []
    if not helpful:
        return []
    best = _best(series_in(originals(case).defer(*SEALED)))
    tasks = {task.need: task for task in asked_for(case)}
    missing = missing_codes(case) - best.keys()
    return [Item(need, best.get(need.code), tasks.get(need.code), need.code in missing) for need in helpful]


def missing_codes(case: Case) -> set[str]:
    """Return the items of the checklist of which the patient said, here or in a merged case, that they have no paper."""
    return set(MissingPaper.objects.filter(case__in=case.whole()).values_list("need", flat=True))


def originals(case: Case) -> DocumentQuerySet:
    """Return the papers of a case and of those merged into it, each with its translations, the newest first."""
    rows = Document.objects.here().originals().filter(case__in=case.whole())
    related = ("case", "added_by", "released_by", "name_asked_by")
    return rows.select_related(*related).order_by("-received_at")


def asked_for(case: Case, need: str = "") -> TaskQuerySet:
    """Return the open tasks of a case that ask for an item of the checklist, or for one of them."""
    tasks = Task.objects.open().of_patient().filter(case__in=case.whole(), kind__code=PAPERS)
    return tasks.filter(need=need) if need else tasks.exclude(need="")


def waits_for_the_desk(case: Case) -> bool:
    """Whether a paper of a case waits to be looked at."""
    return Document.objects.here().to_look_at().filter(case=case).exists()


def _best(rows: list[Document]) -> dict[str, Document]:
    """Return by item the newest of the papers that can be used, one that is ready before any other."""
    usable = [row for row in reversed(rows) if row.state != S.REJECTED]
    return {row.need: row for row in sorted(usable, key=lambda row: row.state in READY)}


def missing(case: Case, language: str = "") -> list[str]:
    """Return the names of the required papers that a case lacks, in a language, else in that of the list.

    The list is the English one, so that what a move needs depends on nobody's language.
    """
    lacking = [item.need for item in checklist(case, settings.LANGUAGE_CODE) if not item.is_settled]
    known = dict(names(case, language)) if language and lacking else {}
    return [known.get(need.code, need.name) for need in lacking]


def has_checklist(case: Case) -> bool:
    """Whether the illness of a case has a list of papers."""
    return case.condition is not None and bool(needs(case.condition, settings.LANGUAGE_CODE))


def name_of(case: Case, code: str, language: str) -> str:
    """Return what a paper is that is filed under a code, in a language; empty for a code that stands for nothing."""
    return dict(names(case, language)).get(code, "")


def names(case: Case, language: str) -> list[tuple[str, str]]:
    """Return what papers of a case can be filed under: code and name."""
    with override(language):
        discharge = str(DISCHARGE_NAME)
    helpful = needs(case.condition, language) if case.condition else []
    return [*((need.code, need.name) for need in helpful), (DISCHARGE, discharge)]


def has_discharge(case: Case) -> bool:
    """Whether the discharge papers are here and the patient can read each: in their language, or with a translation."""
    rows = Document.objects.here().filter(case__in=case.whole(), translation_of=None, need=DISCHARGE)
    papers = rows.exclude(state=S.REJECTED).only("state", "language")
    return bool(papers) and all(can_be_read(case, paper) for paper in papers)


def can_be_read(case: Case, paper: Document) -> bool:
    """Whether the patient of a case can read a paper: it is translated, or accepted and in a language of theirs."""
    reads = {case.speak, case.language.partition("-")[0]}
    return paper.state == S.TRANSLATED or (paper.state == S.ACCEPTED and paper.language in reads)


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
