"""Conversation of a case: the request, messages, notes, calls, estimates and everything that happened, as one list."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from clinics.models import Clinic
from portal.accounts.models import User
from portal.core.localisation import desk_formats
from requests.admin import labels
from requests.enums import DESK_NAMES, ActorKind, EventKind, Fact, Flag, Status
from requests.models import (
    AccessEvent,
    AnswerSending,
    Case,
    EndReason,
    Estimate,
    Event,
    Message,
    Referral,
    Submission,
    Task,
    TaskKind,
)

ASKED = {
    "for_whom": gettext_lazy("Who it is for"),
    "condition": pgettext_lazy("desk", "Condition"),
    "clinic": gettext_lazy("Clinic"),
    "shortlist": gettext_lazy("Clinics compared"),
    "doctor": gettext_lazy("Doctor"),
    "care_assistant": gettext_lazy("Care assistant"),
    "package": gettext_lazy("Package"),
    "procedures": gettext_lazy("Procedures"),
    "country": gettext_lazy("Country"),
    "speak": gettext_lazy("Language to speak"),
    "name": pgettext_lazy("desk", "Name"),
    "email": gettext_lazy("E-mail"),
    "channel": gettext_lazy("How to reach them"),
    "phone_as_typed": gettext_lazy("Phone, as typed"),
    "phone": gettext_lazy("Phone"),
    "best_time": gettext_lazy("Best time"),
    "time_zone": gettext_lazy("Time zone"),
}

# What stands in the conversation itself needs no line that says so.
SHOWN = (
    EventKind.SENT,
    EventKind.SENT_AGAIN,
    EventKind.MESSAGE_IN,
    EventKind.MESSAGE_OUT,
    EventKind.NOTE,
    EventKind.ESTIMATE_ISSUED,
    EventKind.CONTACT_LOGGED,
    EventKind.CONTACT_ANSWERED,
    EventKind.CLINIC_ASKED,
    EventKind.CLINIC_ANSWERED,
)
TASKS = (EventKind.TASK_ASKED, EventKind.TASK_DONE, EventKind.TASK_WITHDRAWN, EventKind.CALL_MOVED)
# So many of the newest entries are not folded.
NEWEST = 8
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One thing in the conversation; ``kind`` is request, message, note, contact, clinic, estimate or event, ``what`` what it shows.

    An event that follows itself is one entry with its ``number``.
    """

    kind: str
    at: datetime
    what: Any
    who: object = ""
    number: int = 1


@dataclass(frozen=True)
class Conversation:
    """The entries of a case, oldest first: the request, what is folded, and what is not."""

    request: Entry | None
    earlier: list[Entry]
    newest: list[Entry]


def of(
    case: Case,
    *,
    submissions: Sequence[Submission],
    messages: Sequence[Message],
    estimates: Sequence[Estimate],
    tasks: Iterable[Task],
    referrals: Sequence[Referral],
) -> Conversation:
    """Return what was said and done in a case; nothing that waits for an answer is folded."""
    kinds = {task.pk: task for task in tasks}
    happened = with_actors(Event.objects.filter(reference=case.reference).exclude(kind__in=SHOWN).order_by("at"))
    named = [row["row"].object_id for row in happened if row["row"].kind == EventKind.MOVED and row["row"].object_id]
    reasons = EndReason.objects.in_bulk(named)
    sent: dict[UUID, object] = {**_sent_tasks([row["row"] for row in happened])}
    sent |= {referral.pk: referral.clinic for referral in referrals}
    events = [Entry("event", row["at"], _event(row["row"], kinds, reasons, sent), row["who"]) for row in happened]
    entries = [
        *(Entry("request", submission.created_at, _submission(submission)) for submission in submissions),
        *(Entry("message", message.created_at, message, message.author or "") for message in messages),
        *(Entry("contact", contact.at, contact, contact.author) for contact in case.contacts.select_related("author")),
        *(Entry("note", note.created_at, note, note.author) for note in case.notes.select_related("author")),
        *(Entry("estimate", row.issued_at, (row, labels.total(row)), row.issued_by or "") for row in estimates),
        *(
            Entry("clinic", message.created_at, (message, referral), message.written_by or "")
            for referral in referrals
            for message in referral.messages.all()
        ),
        *events,
    ]
    entries = _without_repeats(sorted(entries, key=lambda entry: entry.at))
    request = next((entry for entry in entries if entry.kind == "request"), None)
    rest = [entry for entry in entries if entry is not request]
    unanswered = next(
        (number for number, entry in enumerate(rest) if case.waiting_since and entry.at >= case.waiting_since),
        len(rest),
    )
    folded = max(min(len(rest) - NEWEST, unanswered), 0)
    return Conversation(request, rest[:folded], rest[folded:])


def _without_repeats(entries: list[Entry]) -> list[Entry]:
    """Return the entries with events that one person set off again and again within a day, as papers are, in one."""
    found: list[Entry] = []
    for entry in entries:
        last = found[-1] if found else entry
        is_again = entry.kind == "event" and (last.what, last.who) == (entry.what, entry.who)
        if found and is_again and entry.at - last.at < DAY:
            found[-1] = replace(last, number=last.number + 1)
        else:
            found.append(entry)
    return found


def with_actors(rows: QuerySet[Event] | QuerySet[AccessEvent]) -> list[dict[str, Any]]:
    """Return what happened, or who read the case, with the people who did it."""
    # ``actor_id`` is a number of people or of clinics.
    people = User.objects.in_bulk(_actors(rows, ActorKind.STAFF))
    clinics = Clinic.objects.in_bulk(_actors(rows, ActorKind.CLINIC))
    named: dict[str, Any] = {ActorKind.STAFF: people, ActorKind.CLINIC: clinics}
    referrals = {row.referral_id for row in rows if isinstance(row, AccessEvent) and row.referral_id}
    contacts = {
        row.pk: _contact(row) for row in Referral.objects.filter(pk__in=referrals).select_related("clinic", "contact")
    }
    return [
        {
            "row": row,
            "at": row.at,
            "what": row.get_kind_display(),
            "who": (isinstance(row, AccessEvent) and row.referral_id and contacts.get(row.referral_id))
            or named.get(row.actor_kind, {}).get(row.actor_id)
            or row.get_actor_kind_display(),
        }
        for row in rows
    ]


def _contact(referral: Referral) -> str:
    """Return who opens the link of a referral: the clinic, and the contact to whom its code goes."""
    return pgettext("desk", "%(clinic)s (%(contact)s)") % {"clinic": referral.clinic, "contact": referral.contact.name}


def _actors(rows: QuerySet[Event] | QuerySet[AccessEvent], kind: ActorKind) -> set[int]:
    return {row.actor_id for row in rows if row.actor_id and row.actor_kind == kind}


def _submission(submission: Submission) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(submission.content)
    fields = [(label, labels.in_words(name, content.get(name, ""))) for name, label in ASKED.items()]
    # What the form of an earlier release asked is shown under the name of its column.
    others = [(name, str(value)) for name, value in content.items() if name not in {*ASKED, "message"}]
    return {
        "row": submission,
        "words": content.get("message", ""),
        "fields": [*fields, *others],
        "flags": [Flag(flag).label for flag in submission.flags],
    }


def _sent_tasks(events: Sequence[Event]) -> dict[UUID, TaskKind]:
    """Return what was answered, by the keys of the sendings that events name."""
    named = [event.object_id for event in events if event.kind == EventKind.ANSWERS_SENT and event.object_id]
    sendings = AnswerSending.objects.in_bulk(named)
    kinds = TaskKind.objects.in_bulk([sending.task for sending in sendings.values()], field_name="code")
    return {key: kinds[sending.task] for key, sending in sendings.items() if sending.task in kinds}


def _event(event: Event, tasks: dict[UUID, Task], reasons: dict[UUID, EndReason], sent: dict[UUID, object]) -> str:
    if event.kind == EventKind.MOVED:
        moved = f"{DESK_NAMES[Status(event.from_status)]} → {DESK_NAMES[Status(event.to_status)]}"
        return f"{moved}: {reasons[event.object_id]}" if event.object_id in reasons else moved
    if event.kind == EventKind.FACT_CORRECTED:
        return _("%(fact)s corrected") % {"fact": Fact(event.fact).label}
    said = event.get_kind_display()
    if event.object_id in sent:
        return f"{said}: {sent[event.object_id]}"
    task = tasks.get(event.object_id) if event.kind in TASKS and event.object_id else None
    if task is None:
        return said
    call = getattr(task, "call", None)
    when = f", {call.get_channel_display()}, {desk_formats.moment(call.starts_at)}" if call else ""
    return f"{said}: {task.kind}{when}"
