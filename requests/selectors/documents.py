"""The checklist of the papers of a case: what is here, what can be used, what was asked for and what is missing."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from conditions.selectors.documents import NeededDocument, needs
from requests.enums import DISCHARGE, DISCHARGE_NAME, DocumentState
from requests.models import Case, Document, MissingPaper, Task
from requests.models.documents import DocumentQuerySet
from requests.models.tasks import TaskQuerySet

S = DocumentState
# The kind of task by which a patient is asked for papers.
PAPERS = "papers"
# Nobody of the desk has said whether they can be used.
TO_LOOK_AT = (S.UPLOADED, S.IN_REVIEW)
# Looked at, and nothing more is to be done with them.
READY = (S.ACCEPTED, S.TRANSLATED)


@dataclass(frozen=True)
class Item:
    """A paper of the checklist in a case: the best of what came for it, the open task that asks for it, or none at all.

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
    listed = needs(case.condition, language) if case.condition else []
    if not listed:
        return []
    best = _best(list(originals(case)))
    tasks = {task.need: task for task in asked_for(case)}
    missing = missing_codes(case) - best.keys()
    return [Item(need, best.get(need.code), tasks.get(need.code), need.code in missing) for need in listed]


def missing_codes(case: Case) -> set[str]:
    """Return the items of the checklist of which the patient said, here or in a merged case, that they have no paper."""
    return set(MissingPaper.objects.filter(case__in=case.whole()).values_list("need", flat=True))


def originals(case: Case) -> DocumentQuerySet:
    """Return the papers of a case and of those merged into it, each with its translations, the newest first."""
    rows = Document.objects.here().originals().filter(case__in=case.whole())
    return rows.select_related("case", "added_by", "released_by").order_by("-received_at")


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
    listed = needs(case.condition, language) if case.condition else []
    return [*((need.code, need.name) for need in listed), (DISCHARGE, discharge)]


def has_discharge(case: Case) -> bool:
    """Whether the discharge papers are here and the patient can read each: in their language, or with a translation."""
    reads = {case.speak, case.language.partition("-")[0]}
    rows = Document.objects.here().filter(case__in=case.whole(), translation_of=None, need=DISCHARGE)
    papers = list(rows.exclude(state=S.REJECTED).values_list("state", "language"))
    return bool(papers) and all(
        state == S.TRANSLATED or (state == S.ACCEPTED and language in reads) for state, language in papers
    )
