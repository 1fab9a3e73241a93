"""Reads of the queue: its views with their numbers, its filters, and its rows with the words that stand in them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Field,
    IntegerField,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.core.content.translated_columns import CompiledQuery, columns, parameter, texts
from portal.core.localisation import desk_formats
from portal.core.models import OutboxItem
from portal.core.worktime import last_close, team_today
from requests.enums import Direction, EstimateKind, EventKind, Status, Turn
from requests.models import (
    Absence,
    Case,
    Document,
    Estimate,
    Event,
    Message,
    QueueFigures,
    QueuePreference,
    Submission,
    Task,
)
from requests.models.cases import (
    CURRENT,
    URGENCY,
    of_colleague,
    on_hold,
    overdue,
    own_or_unowned,
    sees_all_cases,
    unowned,
)
from requests.selectors.desk import NOT_COUNTED
from requests.workflow import OPEN, TURNS

# As many as a number can say: more is "999+".
MOST_COUNTED = 999
WORDS = 8
# Statements are compiled for rows by tens.
ROWS_AT_ONCE = 10
CONDITION = ("condition__name",)
MESSAGE: Any = Message._meta.get_field("body")
PERIOD = timedelta(days=30)


def _in_turn(turn: Turn) -> Q:
    return Q(status__in=[status for status, whose in TURNS.items() if whose == turn])


def _here(today: Any = None) -> Q:
    return ~on_hold(today)


def _waiting() -> Q:
    return Q(waiting_since__isnull=False)


def ours(today: Any = None) -> Q:
    """Return the condition of a case whose next step is ours, or whose patient waits for an answer."""
    return _here(today) & (_in_turn(Turn.US) | _waiting())


def promised(day_ends: Any) -> Q:
    """Return the condition of a case in which we promised something until the end of a day, or before."""
    due = Task.objects.open().of_desk().filter(due_at__lte=day_ends).order_by().values("case")
    return Q(pk__in=due)


def dateless(today: Any = None) -> Q:
    """Return the condition of an open case that is not on hold and in which nothing has a day."""
    dated = Task.objects.open().dated().order_by().values("case")
    return Q(status__in=OPEN) & _here(today) & Q(answer_by=None) & ~Q(pk__in=dated)


def adrift(today: Any = None) -> Q:
    """Return the condition of a current case that nobody owns, or of an open one in which nothing has a day."""
    return _here(today) & unowned() | dateless(today)


def failed_mail() -> Q:
    """Return the condition of a case with a mail or document that failed."""
    failed = OutboxItem.objects.filter(state=OutboxItem.State.FAILED).order_by().values("reference")
    return Q(reference__in=failed)


class Asked:
    """Who asks for a view, and the moments that its condition compares with, each read when it is needed."""

    # What a statement that is compiled once is told each time.
    PARAMETERS: ClassVar["dict[str, Field[Any, Any]]"] = {
        "user": IntegerField(),
        "now": DateTimeField(),
        "today": DateField(),
        "day_ends": DateTimeField(),
        "closed_at": DateTimeField(),
    }

    def __init__(self, user: User) -> None:
        self.user = user.pk
        self.now = timezone.now()

    @cached_property
    def today(self) -> date:
        """The day that it is for the team."""
        return team_today()

    @property
    def day_ends(self) -> datetime:
        """The end of today for the team."""
        return datetime.combine(self.today, time.max, ZoneInfo(settings.TEAM_TIME_ZONE))

    @cached_property
    def closed_at(self) -> datetime:
        """When the team closed for the last time."""
        return last_close(self.now)


@dataclass(frozen=True)
class QueueView:
    """A view of the queue: what its address says, its name, and the condition of its cases; ``of_ended`` ones too.

    The condition takes an ``Asked``, or parameters in its place.
    """

    query: str
    name: Promise
    condition: Callable[[Any], Q]
    of_ended: bool = False

    @property
    def key(self) -> str:
        """The value that stands in the address."""
        return self.query.partition("=")[2]


VIEWS = (
    QueueView("whose=mine", _("Mine"), lambda asked: _here(asked.today) & of_colleague(asked.user)),
    QueueView("needs=us", _("Waiting for us"), lambda asked: ours(asked.today)),
    QueueView("needs=answer", _("Patient wrote"), lambda asked: _waiting()),
    QueueView("whose=nobody", _("Unowned"), lambda asked: _here(asked.today) & unowned()),
    QueueView("needs=promised", _("Promised today"), lambda asked: promised(asked.day_ends)),
    QueueView("needs=clinics", _("With clinics"), lambda asked: _here(asked.today) & _in_turn(Turn.CLINICS)),
    QueueView(
        "needs=patient",
        _("Waiting for patient"),
        lambda asked: _here(asked.today) & _in_turn(Turn.PATIENT) & ~_waiting(),
    ),
    QueueView("needs=adrift", _("Adrift"), lambda asked: adrift(asked.today)),
    # Only an open case can be on hold; saying so lets the index of current cases answer.
    QueueView("needs=hold", _("Held"), lambda asked: on_hold(asked.today) & Q(status__in=OPEN)),
    QueueView("needs=failed", _("Failed mail"), lambda asked: failed_mail(), of_ended=True),
    QueueView("needs=overdue", _("Overdue"), lambda asked: overdue(asked.now)),
    QueueView("needs=release", _("To check"), lambda asked: Q(is_quarantined=True, status__in=OPEN)),
    QueueView("needs=new", _("Since we closed"), lambda asked: _here(asked.today) & came_in(asked.closed_at)),
)

# Behind the figures above the queue, which say what held at their time; they have no place among the views.
FIGURES = (
    QueueView("needs=answered", _("First answered within 30 days"), lambda asked: answered(_at())),
    QueueView("needs=slow", _("The slowest tenth of first answers"), lambda asked: slow()),
    QueueView("needs=longest", _("Who waits longest"), lambda asked: Q(waiting_since=_figure("longest_waiting_since"))),
    QueueView("needs=estimate", _("Estimates out"), lambda asked: Q(status=Status.ESTIMATE_SENT)),
    QueueView("needs=accepted", _("Accepted this month"), lambda asked: accepted(_at())),
)


def came_in(since: Any) -> Q:
    """Return the condition of a case that came in, or whose patient began to wait, since a moment."""
    return Q(created_at__gte=since) | Q(waiting_since__gte=since)


class _Number(Subquery):
    """How many rows a query has; a slice bounds how far it is counted."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def numbers(user: User, filters: dict[str, Any], asked: Asked | None = None) -> dict[str, int]:
    """Count the cases of each view by its key, the current ones ("current") and the mails that failed ("mails").

    Each number is that of the rows which the list shows behind it, so the kept filters count too. Nothing is counted
    beyond ``MOST_COUNTED`` and one, and all of it is one statement.
    """
    asked = asked or Asked(user)
    kept = {name: value for name, value in filters.items() if value and name in FILTERS}
    [row] = _numbers(sees_all_cases(user), *sorted(kept)).rows(
        **{name: getattr(asked, name) for name in Asked.PARAMETERS}, **kept
    )
    return row


@lru_cache(maxsize=32)
def _numbers(sees_all: bool, *filters: str) -> CompiledQuery:
    """Return the statement of all numbers for somebody who keeps these filters: every page of the desk asks it."""
    asked: Any = SimpleNamespace(**{name: parameter(name, field) for name, field in Asked.PARAMETERS.items()})
    visible = Case.objects.all() if sees_all else Case.objects.filter(own_or_unowned(asked.user))
    # A column of the index of current cases, so that the table is not read.
    every = narrowed(visible, {name: parameter(name) for name in filters}).order_by().values("status")
    current = every.filter(CURRENT)
    found = {view.key: (every if view.of_ended else current).filter(view.condition(asked)) for view in VIEWS}
    found["current"] = here = current.filter(_here(asked.today))
    # An OR that PostgreSQL would answer from the table is two questions to the index.
    found["mine"] = _either(here, Q(owner=asked.user), Q(second_owner=asked.user))
    found["new"] = _either(here, Q(created_at__gte=asked.closed_at), Q(waiting_since__gte=asked.closed_at))
    found["nobody"] = _either(here, Q(owner=None), unowned())
    # What nobody owns comes first: where that is enough, PostgreSQL does not look for the day of every other case.
    found["adrift"] = found["nobody"].union(current.filter(~unowned() & dateless(asked.today)), all=True).order_by()
    counted: dict[str, Any] = {key: _Number(cases[: MOST_COUNTED + 1]) for key, cases in found.items()}
    mails = OutboxItem.objects.filter(state=OutboxItem.State.FAILED).order_by().values("state")
    return CompiledQuery(User.objects.filter(pk=asked.user).values(**counted, mails=_Number(mails)))


def _either(cases: QuerySet[Case, Any], first: Q, second: Q) -> QuerySet[Case, Any]:
    """Return the cases that meet one of two conditions, each once; those that meet only the second come last."""
    return cases.filter(first).union(cases.filter(second, ~first), all=True).order_by()


# ── Filters that a colleague keeps ───────────────────────────────────────────────────────────

FILTERS: dict[str, str] = {
    "area": "condition__area__slug",
    "country": "country",
    "language": "speak",
    "owner": "owner",
    "state": "status",
    "package": "package__slug",
    "source": "source",
}


def preference(user: User) -> QueuePreference:
    """Return how a colleague looks at the queue."""
    return QueuePreference.objects.filter(user=user).first() or QueuePreference(user=user)


def narrowed(cases: QuerySet[Case], filters: dict[str, Any]) -> QuerySet[Case]:
    """Return the cases that pass all filters somebody keeps."""
    return cases.filter(**{FILTERS[name]: value for name, value in filters.items() if value and name in FILTERS})


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """A case in the queue with the words that stand in its row; ``who`` and ``words`` are empty while names are hidden."""

    case: Case
    who: str
    condition: str
    owner: str
    words: str
    is_ours: bool
    next_at: datetime | None
    has_estimate: bool
    has_papers: bool
    is_unowned: bool
    is_away: bool
    is_like_another: bool


# What stands in a row of the case itself, and what opens its names.
COLUMNS = (
    "reference", "wrapped_key", "status", "is_quarantined", "owner", "mails_held_until", "waiting_since", "answer_by",
    "on_hold_until", "name", "patient_name", "email_hash", "phone_hash", "national_phone_hash", "channel", "country",
    "language", "speak", "condition", "email_refused_at",
)  # fmt: skip


def listed() -> QuerySet[Case]:
    """Return all cases in the order of the queue, with what their rows say; contacts are left sealed."""
    return Case.objects.order_by(*URGENCY).only(*COLUMNS)


def page(keys: list[Any]) -> list[Case]:
    """Return the cases of these keys, in their order."""
    found = Case.objects.only(*COLUMNS).order_by().in_bulk(keys)
    return [found[key] for key in keys if key in found]


def rows(cases: list[Case], *, hides_names: bool) -> list[Row]:
    """Return the rows of some cases; four statements, whatever their number."""
    language = desk_formats.language()
    told = _told(cases, language)
    written = _last_words(cases, told) if not hides_names else {}
    alike = _alike(cases)
    return [
        Row(
            case=case,
            who="" if hides_names else short_name(case.patient_name or case.name),
            condition=texts(told[case.pk], language, CONDITION)[CONDITION[0]],
            owner=str(User(pk=case.owner_id, name=told[case.pk]["owner__name"])) if case.owner_id else "",
            words=written.get(case.pk, ("", False))[0],
            is_ours=written.get(case.pk, ("", False))[1],
            next_at=told[case.pk]["next_due"],
            has_estimate=told[case.pk]["has_estimate"],
            has_papers=told[case.pk]["has_papers"],
            is_unowned=told[case.pk]["is_unowned"],
            is_away=told[case.pk]["is_away"],
            is_like_another=case.pk in alike,
        )
        for case in cases
    ]


def _told(cases: list[Case], language: str) -> dict[Any, dict[str, Any]]:
    """Return what other tables say of each case; asked for these rows alone, not for all that a page skips."""
    if not cases:
        return {}
    keys = _padded([case.pk for case in cases])
    told = _told_of(len(keys), language).rows(today=team_today(), **keys)
    return {row["pk"]: row for row in told}


def _parameters(number: int, model: type[Model]) -> list[Any]:
    """Return the parameters of a compiled statement for so many keys of a model."""
    return [parameter(f"key_{one}", model._meta.pk) for one in range(number)]


def _padded(keys: list[Any]) -> dict[str, Any]:
    """Return keys as arguments for such parameters; the last one is repeated, so that few statements fit any page."""
    padded = [*keys, *keys[-1:] * (-len(keys) % ROWS_AT_ONCE)]
    return {f"key_{one}": key for one, key in enumerate(padded)}


@cache
def _told_of(number: int, language: str) -> CompiledQuery:
    """Return the statement for so many rows, its names in a language."""
    last = Message.objects.filter(case=OuterRef("pk")).order_by("-created_at")
    due = Task.objects.open().filter(case=OuterRef("pk")).order_by().values("case")
    issued = Estimate.objects.filter(case=OuterRef("pk"), superseded_at=None).exclude(kind=EstimateKind.PRELIMINARY)
    away = Absence.objects.away_now(parameter("today", DateField())).filter(user=OuterRef("owner"))
    found = Case.objects.filter(pk__in=_parameters(number, Case)).order_by()
    told = found.values(
        "pk",
        "owner__name",
        *columns(language, *CONDITION),
        is_unowned=ExpressionWrapper(unowned(), output_field=BooleanField()),
        is_away=Exists(away),
        last_message=Subquery(last.values("pk")[:1]),
        next_due=Subquery(due.annotate(next=Min("due_at")).values("next")),
        has_estimate=Exists(issued),
        has_papers=Exists(Document.objects.here().to_look_at().filter(case=OuterRef("pk"))),
    )
    return CompiledQuery(told)


def short_name(name: str) -> str:
    """Return the first word of a name and the initial of the last: Aigerim B."""
    first, *rest = name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


def _last_words(cases: list[Case], told: dict[Any, dict[str, Any]]) -> dict[Any, tuple[str, bool]]:
    """Return the first words of the last message of each case, or of its request, and whether we wrote them."""
    of = {case.pk: case for case in cases}
    found: dict[Any, tuple[str, bool]] = {}
    keys = _padded([row["last_message"] for row in told.values() if row["last_message"]])
    for row in _messages(len(keys)).rows(**keys) if keys else []:
        words = MESSAGE.open(_SealedRow(row["pk"], of[row["case"]]), row["body"])
        found[row["case"]] = (_first(words), row["direction"] == Direction.TO_PATIENT)
    for submission in Submission.objects.filter(case__in=set(of) - set(found)).order_by("-created_at"):
        submission.case = of[submission.case_id]
        found[submission.case_id] = (_first(json.loads(submission.content).get("message", "")), False)
    return found


@cache
def _messages(number: int) -> CompiledQuery:
    """Return the statement for so many messages."""
    found = Message.objects.filter(pk__in=_parameters(number, Message)).order_by()
    return CompiledQuery(found.values("pk", "case", "direction", "body"))


@dataclass(frozen=True)
class _SealedRow:
    """What opens a sealed text of a row that was read as values."""

    pk: Any
    case: Case

    def data_key(self) -> bytes:
        return self.case.data_key()


def _first(text: str) -> str:
    words = text.split()
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")


def _alike(cases: list[Case]) -> set[Any]:
    """Return the cases that have the address or the number of another one, as their page shows it (``desk.duplicates``)."""
    columns = ("email_hash", "phone_hash", "national_phone_hash")
    shared = {column: {getattr(case, column) for case in cases} - {""} for column in columns}
    same = Q(*((f"{column}__in", hashes) for column, hashes in shared.items()), _connector=Q.OR)
    others = Case.objects.filter(same).exclude(status__in=NOT_COUNTED).order_by()
    having: dict[tuple[str, str], set[Any]] = {}
    for pk, *hashes in others.values_list("pk", *columns):
        for key in zip(columns, hashes, strict=True):
            having.setdefault(key, set()).add(pk)
    return {
        case.pk
        for case in cases
        for column in columns
        if (value := getattr(case, column)) and having.get((column, value), set()) - {case.pk}
    }


# ── Figures ──────────────────────────────────────────────────────────────────────────────────


def figures() -> QueueFigures | None:
    """Return the newest figures; None before beat has counted for the first time."""
    return QueueFigures.objects.first()


def _figure(name: str) -> Any:
    """Return one of the newest figures."""
    row = figures()
    return getattr(row, name) if row else None


def _at() -> datetime:
    return _figure("at") or timezone.now()


def answered(until: datetime) -> Q:
    """Return the condition of a case that had its first answer within thirty days before a moment."""
    return Q(answered_at__gt=until - PERIOD, answered_at__lte=until) & ~Q(status=Status.SPAM)


def slow() -> Q:
    """Return the condition of a case whose first answer took at least as long as the slowest tenth."""
    length = _figure("first_answer_p90")
    return answered(_at()) & Q(answered_at__gte=F("created_at") + length) if length is not None else Q(pk__in=[])


def accepted(until: datetime) -> Q:
    """Return the condition of a case whose patient accepted an estimate in the month of a moment, until then."""
    month = until.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    moves = Event.objects.filter(kind=EventKind.MOVED, to_status=Status.ACCEPTED, at__gte=month, at__lte=until)
    return Q(reference__in=moves.values("reference"))
