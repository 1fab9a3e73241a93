"""What the desk chases: patients, estimates, papers and referrals from which too long nothing has come.

Each set stands for an occasion that makes one task of the desk. Days are working days of the team.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, Max, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Replace

from portal.core.worktime import CLOSES, OPENS, add_working_hours, subtract_working_hours, team_day
from requests.enums import ActorKind, DocumentState, EstimateKind, EventKind, Status, Turn
from requests.models import Case, Document, Estimate, Event, MissingPaper, Offer, Referral, Task
from requests.models.cases import on_hold
from requests.models.tasks import TaskQuerySet
from requests.selectors.documents import PAPERS
from requests.workflow import ESTIMATES, OPEN, TURNS

PATIENT, ESTIMATE, PAPER, CLINIC = "chase-patient", "chase-estimate", "chase-paper", "chase-clinic"
KINDS = (PATIENT, ESTIMATE, PAPER, CLINIC)

# A week of the team: the desk usually asks again after three days, and patients have five for a task.
SILENT_DAYS = 5
# As long as the mail to the patient says; in working days, so that a weekend leaves the desk as much.
EXPIRING_DAYS = 3
# Who has just read of the estimate needs no call.
JUST_ISSUED = timedelta(days=2)
# A paper is often a day late by itself, and it comes from another time zone.
LATE_DAYS = 2
# Clinics read their mail on the next day; the day after, nobody has.
UNOPENED_DAYS = 2
# By when such a task is done, as in content/task_kinds.yaml: what the desk has a day for until then is nearer.
CHASED_WITHIN = 1
HOURS_A_DAY = CLOSES.hour - OPENS.hour

# What begins the silence anew beside anything that the patient does: we asked something, or we heard her.
ASKED = (
    EventKind.MOVED,
    EventKind.MESSAGE_OUT,
    EventKind.ESTIMATE_ISSUED,
    EventKind.CONTACT_LOGGED,
    EventKind.CONTACT_ANSWERED,
    EventKind.NO_ANSWER_NEEDED,
    EventKind.RELEASED,
    EventKind.RESUMED,
    EventKind.BRIEF_SENT,
    EventKind.PATIENT_ASKED,
    EventKind.MERGED_HERE,
    EventKind.UNMERGED,
    EventKind.OFFER_SHOWN,
)


# ── Occasions ────────────────────────────────────────────────────────────────────────────────


def silences() -> QuerySet[Any]:
    """Return the cases in which the patient acts next, with ``silent_since``: when she was last heard or asked."""
    reached = Q(actor_kind__in=(ActorKind.PATIENT, ActorKind.FAMILY)) | Q(kind__in=ASKED)
    last = Event.objects.filter(reached, reference=OuterRef("reference")).order_by().values("reference")
    asked = Task.objects.of_patient().filter(case=OuterRef("pk")).order_by().values("case")
    cases = _worked(status__in=[status for status, whose in TURNS.items() if whose == Turn.PATIENT])
    moments = (last.annotate(last=Max("at")), asked.annotate(last=Max("created_at")))
    # To SQLite the greatest of nothing and a moment is nothing; to PostgreSQL it is the moment.
    since = (Coalesce(Subquery(rows.values("last")), "created_at") for rows in moments)
    return cases.filter(waiting_since=None).annotate(silent_since=Greatest("created_at", *since))


def silent(now: datetime) -> QuerySet[Any]:
    """Return the cases whose patient is silent for too long, where the desk has nothing else to do by then."""
    until = add_working_hours(now, CHASED_WITHIN * HOURS_A_DAY)
    # What the patient has a day for is waited for until then; what is past is not.
    nearer = Task.objects.open().filter(Q(for_desk=True) | Q(due_at__gte=now), case=OuterRef("pk"), due_at__lte=until)
    chased = Task.objects.filter(kind__code=PATIENT, case=OuterRef("pk"), created_at__gte=OuterRef("silent_since"))
    cases = silences().filter(~Exists(nearer), ~Exists(chased), silent_since__lte=days_ago(now, SILENT_DAYS))
    return cases.order_by("silent_since", "pk")


def undecided() -> QuerySet[Estimate]:
    """Return the estimates that stand, without a yes or a no, where the patient decides about them."""
    supplements = [status for status, kind in ESTIMATES.items() if kind == EstimateKind.SUPPLEMENT]
    final = Q(kind=EstimateKind.FINAL) & _of_worked(status=Status.ESTIMATE_SENT)
    supplement = Q(kind=EstimateKind.SUPPLEMENT) & _of_worked(status__in=supplements)
    return Estimate.objects.filter(final | supplement, superseded_at=None, decisions=None)


def expiring(now: datetime) -> QuerySet[Estimate]:
    """Return the undecided estimates whose last day is near, and that nobody was asked to chase."""
    last = team_day(add_working_hours(now, EXPIRING_DAYS * HOURS_A_DAY))
    near = undecided().filter(valid_until__range=(team_day(now), last), issued_at__lt=now - JUST_ISSUED)
    return _unchased(near, ESTIMATE).order_by("valid_until", "pk")


def owed_papers() -> QuerySet[Task]:
    """Return the tasks that ask patients for papers of which none came, and none is said to be missing."""
    came = Document.objects.here().filter(_of_same_case(), received_at__gte=OuterRef("created_at"), translation_of=None)
    came = came.exclude(state=DocumentState.REJECTED)
    missing = MissingPaper.objects.filter(_of_same_case(), need=OuterRef("need"))
    tasks = Task.objects.open().of_patient().filter(_of_worked(), kind__code=PAPERS)
    # One that names no item of the checklist asks for whatever there is.
    return tasks.exclude(Exists(came.filter(need=OuterRef("need"))) | Exists(missing) | Q(need="") & Exists(came))


def late_papers(now: datetime) -> QuerySet[Task]:
    """Return the tasks that ask for papers and are late, and that nobody was asked to chase."""
    late = owed_papers().filter(due_at__lte=days_ago(now, LATE_DAYS))
    return _unchased(late, PAPER).order_by("due_at", "pk")


def unread_referrals(now: datetime) -> QuerySet[Referral]:
    """Return the referrals with a link that works, which their clinic has not opened and has not answered otherwise."""
    answered = Offer.objects.filter(case=OuterRef("case"), clinic=OuterRef("clinic"), superseded_at=None)
    return Referral.objects.filter(
        _of_worked(),
        ~Exists(answered),
        opened_at=None,
        declined_at=None,
        revoked_at=None,
        expires_at__gt=now,
        consent__withdrawn_at=None,
        contact__is_active=True,
    )


def unopened(now: datetime) -> QuerySet[Referral]:
    """Return the referrals that were sent too long ago to be unread, and that nobody was asked to chase."""
    late = unread_referrals(now).filter(created_at__lte=days_ago(now, UNOPENED_DAYS))
    return _unchased(late, CLINIC).order_by("created_at", "pk")


def days_ago(now: datetime, days: int) -> datetime:
    """Return the latest moment from which so many working days are over now."""
    return subtract_working_hours(now, days * HOURS_A_DAY)


# ── Tasks ────────────────────────────────────────────────────────────────────────────────────


def occasion(code: str, of: Model) -> str:
    """Return what a task keeps of what it chases, so that the same makes one, also after it is done."""
    return f"{code}:{of.pk.hex}"


def open_tasks() -> TaskQuerySet:
    """Return the tasks of the desk that chase somebody."""
    return Task.objects.open().of_desk().filter(kind__code__in=KINDS)


def settled(tasks: TaskQuerySet, now: datetime) -> list[Task]:
    """Return those of some open tasks whose occasion is over; four statements, whatever their number."""
    rows = list(tasks.select_related("kind", "case__merged_into"))
    keys: dict[str, set[str]] = {code: set() for code in KINDS}
    for task in rows:
        keys[task.kind.code].add(chased_by(task))
    since = {pk.hex: at for pk, at in silences().filter(pk__in=keys[PATIENT]).values_list("pk", "silent_since")}
    lasting: dict[str, QuerySet[Any]] = {ESTIMATE: undecided(), PAPER: owed_papers(), CLINIC: unread_referrals(now)}
    last = {code: {row.pk.hex for row in found.filter(pk__in=keys[code]).only("pk")} for code, found in lasting.items()}

    def lasts(task: Task) -> bool:
        if task.kind.code == PATIENT:
            return chased_by(task) in since and since[chased_by(task)] <= task.created_at
        return task.case.living == task.case and chased_by(task) in last[task.kind.code]

    return [task for task in rows if not lasts(task)]


def chased_by(task: Task) -> str:
    """Return the key of what a task chases, as hex digits: a case, an estimate, a task of the patient or a referral."""
    return task.case_id.hex if task.kind.code == PATIENT else (task.form_token or "").partition(":")[2]


@dataclass(frozen=True)
class Chase:
    """Whom the desk chases next in a case: the kind of the task, and its details, a line for each language of the desk."""

    kind: str
    details: str

    def words_in(self, language: str) -> str:
        """Return what is chased, in a language of the desk."""
        lines = self.details.splitlines() or [""]
        return lines[0] if language == settings.LANGUAGE_CODE else lines[-1]


def first(tasks: Iterable[Task]) -> Chase | None:
    """Return whom the first of some open tasks chases; None where none of them does."""
    return next((Chase(task.kind.code, task.details) for task in tasks if task.kind.code in KINDS), None)


# ── Conditions ───────────────────────────────────────────────────────────────────────────────


def _worked(**columns: Any) -> QuerySet[Case]:
    """Return the cases that the desk works on now: not ended, not merged, not held, not stopped, not erased."""
    return Case.objects.filter(**{"status__in": OPEN, "is_quarantined": False} | columns).exclude(
        on_hold() | Q(wrapped_key=b"") | Q(consent_withdrawn_at__isnull=False)
    )


def _of_worked(**columns: Any) -> Q:
    """Return the condition of a row of such a case, or of one that goes on in it."""
    cases = _worked(**columns).order_by().values("pk")
    return Q(case__in=cases) | Q(case__status=Status.DUPLICATE, case__merged_into__in=cases)


def _of_same_case() -> Q:
    """Return the condition of a row of the case of an outer one, or of one that is merged with it."""
    return (
        Q(case=OuterRef("case"))
        | Q(case__merged_into=OuterRef("case"))
        | Q(case=OuterRef("case__merged_into"))
        | Q(case__merged_into=OuterRef("case__merged_into"))
    )


def _unchased[Row: Model](rows: QuerySet[Row], code: str) -> QuerySet[Row]:
    # PostgreSQL writes a key with hyphens, SQLite stores it as hex digits.
    key = Replace(Cast(OuterRef("pk"), CharField()), Value("-"))
    token = Concat(Value(f"{code}:"), key)
    return rows.filter(~Exists(Task.objects.filter(form_token=token)))
