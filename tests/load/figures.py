"""Figures of ``make bench`` and the goal of each, by the part of the run that measures them."""

from dataclasses import dataclass

from tests.load import directory

LANGUAGES = ("en", "ru", "ar")


@dataclass(frozen=True)
class Goal:
    """What a figure should reach, or stay under."""

    name: str
    limit: float
    is_at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.is_at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """What was measured beside a goal."""

    goal: Goal
    value: float
    detail: str

    @property
    def measured(self) -> str:
        """The value as it is printed, with two decimals."""
        return f"{self.value:.2f}"

    @property
    def is_met(self) -> bool:
        """Whether what is printed reaches the goal."""
        value, goal = float(self.measured), self.goal
        return value >= goal.limit if goal.is_at_least else value <= goal.limit

    def __str__(self) -> str:
        state = "met" if self.is_met else "MISSED"
        return f"{self.goal.name:<58} {self.measured:>8}   {self.goal!s:<8} {state:<7} {self.detail}"


BARE_PAGE = Goal("Condition page, uncached / bare view", 0.6, is_at_least=True)
WAGTAIL_PAGE = Goal("Condition page, uncached / Wagtail", 3, is_at_least=True)
CACHED_PAGE = Goal("Condition page from the cache / Wagtail's page cache on Redis", 3, is_at_least=True)
NOT_MODIFIED = Goal("304 / 200 from the cache, time", 1)
NGINX_PAGE = Goal("Page from nginx's memory / the same bytes as a file", 0.7, is_at_least=True)
NGINX_NOT_MODIFIED = Goal("304 / 200 from nginx's memory, a second", 1, is_at_least=True)
WEIGHTS = {language: Goal(f"Heaviest condition page in {language}, gzip, kB", 14) for language in LANGUAGES}
BARE_SUBMISSION = Goal("Submission / bare form with as many rows", 0.5, is_at_least=True)
BACKLOG = Goal("Backlog of mails / the code before", 3, is_at_least=True)
LOADING = Goal("Loading all content from nothing, s", 10)
SEARCH = Goal("Search among 200,000 documents, p95, ms", 50)
LISTS = {kind.name: Goal(f"List of {kind.name}, p95, ms", 80) for kind in directory.KINDS}
DEEP_PAGES = Goal("Deep pages / first pages, p95", 1.3)
LIST_QUERIES = Goal("Different numbers of queries of a list", 1)
AFTER_CHANGE = Goal("First list after a change, s", 3)
QUEUE = {
    kind: Goal(f"Queue of a million cases: {kind}, p95, ms", 200) for kind in ("views", "pages", "filters", "search")
}
QUEUE_STATEMENTS = Goal("Different numbers of statements of the queue", 1)
UPLOADS = {
    "parts": Goal("Study sent in parts / bare view", 0.6, is_at_least=True),
    "form": Goal("Study sent by the plain form / bare view", 0.6, is_at_least=True),
}
UPLOAD_WEB = Goal("Web process over itself idle: study in and out, MB", 40)
UPLOAD_WORKER = Goal("Long worker over itself idle: study checked, MB", 40)
UPLOAD_CHILD = Goal("Process that looks into a study, MB", 200)
PDF = Goal("PDF, warm: time / naive WeasyPrint", 0.75)
PDF_GROWTH = Goal("Growth over many PDFs, MB a document", 0.1)

PARTS = {
    "pages": (BARE_PAGE, WAGTAIL_PAGE),
    "cache": (CACHED_PAGE, NOT_MODIFIED),
    "front": (NGINX_PAGE, NGINX_NOT_MODIFIED),
    "weights": tuple(WEIGHTS.values()),
    "submissions": (BARE_SUBMISSION,),
    "backlog": (BACKLOG,),
    "search": (LOADING, SEARCH),
    "directory": (*LISTS.values(), DEEP_PAGES, LIST_QUERIES, AFTER_CHANGE),
    "queue": (*QUEUE.values(), QUEUE_STATEMENTS),
    "uploads": (*UPLOADS.values(), UPLOAD_WEB, UPLOAD_WORKER, UPLOAD_CHILD),
    "pdfs": (PDF, PDF_GROWTH),
}
