"""Rows of the queue, with the words that stand in them."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import (
    BooleanField,
    DateField,
    Exists,
    ExpressionWrapper,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.content.translated_columns import CompiledQuery, columns, parameter, texts
from portal.core.localisation import desk_formats
from portal.core.worktime import team_today
from requests.enums import Direction, EstimateKind
from requests.models import (
    Absence,
    Case,
    Document,
    Estimate,
    Message,
    Submission,
    Task,
)
from requests.models.cases import (
    URGENCY,
    unowned,
)
from requests.selectors import chasing
from requests.selectors.chasing import Chase
from requests.selectors.desk import NOT_COUNTED
from requests.selectors.referrals import OF_CLINICS

WORDS = 8
# Statements are compiled for rows by tens.
ROWS_AT_ONCE = 10
CONDITION = ("condition__name",)
MESSAGE: Any = Message._meta.get_field("body")
DETAILS: Any = Task._meta.get_field("details")


@dataclass(frozen=True)
class Row:
    """A case in the queue with the words that stand in its row; ``who`` and ``words`` are empty while names are hidden.

    ``of_clinic`` is the kind of the task that a clinic made, which the desk does first; empty without one.
    """

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
    is_urgent: bool
    chase: Chase | None
    of_clinic: str


# What stands in a row of the case itself, and what opens its names.
COLUMNS = (
    "reference", "wrapped_key", "status", "is_quarantined", "owner", "mails_held_until", "waiting_since", "answer_by",
    "on_hold_until", "name", "patient_name", "email_hash", "phone_hash", "national_phone_hash", "channel", "country",
    "language", "speak", "condition", "email_refused_at", "consent_withdrawn_at",
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
    erased = {case.pk for case in cases if case.is_erased}
    written = _last_words([case for case in cases if case.pk not in erased], told) if not hides_names else {}
    alike = _alike(cases)
    return [
        Row(
            case=case,
            who=pgettext("desk", "erased") if case.pk in erased else _who(case, hides_names),
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
            is_urgent=told[case.pk]["is_urgent"],
            chase=_chase(case, told[case.pk], hides_names=hides_names),
            of_clinic=told[case.pk]["of_clinic"] or "",
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


def _chase(case: Case, told: dict[str, Any], *, hides_names: bool) -> Chase | None:
    """Return whom the desk chases in a case; what it is about stays sealed while names are hidden."""
    if told["chase"] is None:
        return None
    is_open = told["chase_details"] and not hides_names
    details = DETAILS.open(_SealedRow(told["chase"], case), told["chase_details"]) if is_open else ""
    return Chase(told["chase_kind"], details)


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
    urgent = Message.objects.filter(case=OuterRef("pk"), is_urgent=True, created_at__gte=OuterRef("waiting_since"))
    due = Task.objects.open().filter(case=OuterRef("pk")).order_by().values("case")
    issued = Estimate.objects.filter(case=OuterRef("pk"), superseded_at=None).exclude(kind=EstimateKind.PRELIMINARY)
    chases = Task.objects.open().filter(case=OuterRef("pk"), kind__code__in=chasing.KINDS)
    of_clinics = Task.objects.open().filter(case=OuterRef("pk"), kind__code__in=OF_CLINICS)
    away = Absence.objects.away_now(parameter("today", DateField())).filter(user=OuterRef("owner"))
    found = Case.objects.filter(pk__in=_parameters(number, Case)).order_by()
    told = found.values(
        "pk",
        "owner__name",
        *columns(language, *CONDITION),
        is_unowned=ExpressionWrapper(unowned(), output_field=BooleanField()),
        is_away=Exists(away),
        is_urgent=Exists(urgent),
        last_message=Subquery(last.values("pk")[:1]),
        next_due=Subquery(due.annotate(next=Min("due_at")).values("next")),
        chase=Subquery(chases.values("pk")[:1]),
        chase_kind=Subquery(chases.values("kind__code")[:1]),
        chase_details=Subquery(chases.values("details")[:1]),
        has_estimate=Exists(issued),
        has_papers=Exists(Document.objects.here().to_look_at().filter(case=OuterRef("pk"))),
        # By the alphabet the code of a question comes before that of an answer, as in ``OF_CLINICS``.
        of_clinic=Subquery(of_clinics.order_by("kind__code").values("kind__code")[:1]),
    )
    return CompiledQuery(told)


def short_name(name: str) -> str:
    """Return the first word of a name and the initial of the last: Aigerim B."""
    first, *rest = name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


def _who(case: Case, hides_names: bool) -> str:
    return "" if hides_names else short_name(case.patient_name or case.name)


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
