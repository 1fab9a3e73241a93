"""Reads of the queue: its views with their numbers, its filters and its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    DateField,
    DateTimeField,
    F,
    Field,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.core.content.translated_columns import CompiledQuery, parameter
from portal.core.models import OutboxItem
from portal.core.worktime import last_close, team_today
from requests.enums import EventKind, Status, Turn
from requests.models import (
    Case,
    Event,
    QueueFigures,
    QueuePreference,
    Task,
)
from requests.models.cases import (
    CURRENT,
    of_colleague,
    on_hold,
    overdue,
    own_or_unowned,
    sees_all_cases,
    unowned,
)
from requests.workflow import OPEN, TURNS

# As many as a number can say: more is "999+".
MOST_COUNTED = 999
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
    return (CURRENT | Q(status=Status.CLOSED)) & Q(pk__in=due)


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
    # Calls after the return are promised in cases that are closed.
    QueueView("needs=promised", _("Promised today"), lambda asked: promised(asked.day_ends), of_ended=True),
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
