"""Who read a case, as its patient sees it: a reader and a day on one line, what was read by its name, and why."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Clinic
from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind, Deed, EventKind
from requests.models import AccessEvent, Case, CaseReview, Document, Estimate, Event, FamilyLink, Note, Referral

# What a colleague did in the case on the day says best why it was read.
PURPOSES: dict[EventKind, Promise] = {
    EventKind.ESTIMATE_ISSUED: gettext_lazy("sent your estimate"),
    EventKind.MESSAGE_OUT: gettext_lazy("wrote to you"),
    EventKind.CONTACT_LOGGED: gettext_lazy("talked with you"),
    EventKind.CONTACT_ANSWERED: gettext_lazy("talked with you"),
    EventKind.DOCUMENT_JUDGED: gettext_lazy("looked at your papers"),
    EventKind.BRIEF_SENT: gettext_lazy("wrote your medical summary"),
    EventKind.REFERRAL_SENT: gettext_lazy("sent your medical summary to a clinic that you agreed to"),
    EventKind.OFFER_ENTERED: gettext_lazy("worked on offers of clinics"),
    EventKind.OFFER_SHOWN: gettext_lazy("worked on offers of clinics"),
    EventKind.CONTINUITY_ISSUED: gettext_lazy("made your papers for home"),
    EventKind.TRIP_CHANGED: gettext_lazy("planned your journey"),
    EventKind.FACT_CORRECTED: gettext_lazy("corrected what is written in your case"),
    EventKind.MERGED_HERE: gettext_lazy("joined two requests of yours"),
}


class Read(NamedTuple):
    """What somebody read of a case on a day of the patient's zone; ``who`` is empty for a colleague who left.

    ``what`` is in words, in the order of the day, and ``why`` too, the weightiest first.
    """

    day: date
    reader: ActorKind
    who: str
    what: list[str]
    why: list[str]


class _Row(NamedTuple):
    reference: str
    day: date
    reader: str
    reader_id: int | UUID | None
    kind: AccessKind
    object_id: UUID | None
    at: datetime


def reads(case: Case) -> list[Read]:
    """Return who of the desk, of clinics and of the family read a case or one merged into it, newest day first."""
    rows = _rows(case)
    words = _Words(case, rows)
    lines = [(key, list(group)) for key, group in groupby(rows, key=lambda row: (row.day, row.reader, row.reader_id))]
    return [
        Read(day, ActorKind(reader), words.who(reader, reader_id), words.what(group), words.why(group))
        for (day, reader, reader_id), group in lines
    ]


def _rows(case: Case) -> list[_Row]:
    zone = ZoneInfo(case.zones[0])
    readers = (ActorKind.STAFF, ActorKind.CLINIC, ActorKind.FAMILY)
    events = AccessEvent.objects.filter(
        reference__in=[part.reference for part in case.whole()], actor_kind__in=readers
    ).order_by("at")
    clinics = dict(Referral.objects.filter(case__in=case.whole()).values_list("pk", "clinic_id"))
    rows = []
    for event in events:
        reader_id: int | UUID | None = event.actor_id
        if event.kind == AccessKind.REFERRAL:
            # The release before did not say which clinic it was.
            reader_id = reader_id or (clinics.get(event.object_id) if event.object_id else None)
        elif event.kind == AccessKind.FAMILY:
            reader_id = event.object_id
        day, kind = event.at.astimezone(zone).date(), AccessKind(event.kind)
        rows.append(_Row(event.reference, day, event.actor_kind, reader_id, kind, event.object_id, event.at))
    # Sorted stays as it is within a key, so the first of the day comes first; our own people stand before others.
    rows.sort(key=lambda row: (-row.day.toordinal(), readers.index(ActorKind(row.reader)), str(row.reader_id)))
    return rows


class _Words:
    """What the ids of rows are called, in the active language; a statement for each kind of thing."""

    def __init__(self, case: Case, rows: list[_Row]) -> None:
        parts = case.whole()
        staff = {row.reader_id for row in rows if isinstance(row.reader_id, int) and row.reader == ActorKind.STAFF}
        self.case = case
        self.people = dict(User.objects.filter(pk__in=staff).values_list("pk", "name"))
        self.clinics = Clinic.objects.in_bulk(
            {row.reader_id for row in rows if row.reader == ActorKind.CLINIC} - {None}
        )
        self.family = FamilyLink.objects.select_related("case").in_bulk(_ids(rows, AccessKind.FAMILY))
        self.papers = Document.objects.select_related("case").in_bulk(_ids(rows, AccessKind.DOCUMENT))
        self.estimates = Estimate.objects.in_bulk(_ids(rows, AccessKind.ESTIMATE))
        self.owners = {pk for part in parts for pk in (part.owner_id, part.second_owner_id) if pk}
        self.reviewers = set(CaseReview.objects.filter(case__in=parts).values_list("reviewer_id", flat=True))
        emergencies = any(row.kind == AccessKind.EMERGENCY for row in rows)
        notes = Note.objects.filter(case__in=parts, deed=Deed.EMERGENCY).select_related("case").order_by("created_at")
        self.reasons = list(notes) if emergencies else []
        references = [part.reference for part in parts]
        done = Event.objects.filter(reference__in=references, kind__in=PURPOSES, actor_kind=ActorKind.STAFF)
        zone = ZoneInfo(case.zones[0])
        self.done: dict[tuple[date, int | None], set[str]] = {}
        for at, actor, kind in done.values_list("at", "actor_id", "kind"):
            self.done.setdefault((at.astimezone(zone).date(), actor), set()).add(kind)

    def who(self, reader: str, reader_id: int | UUID | None) -> str:
        """Return who read: a colleague's name, a clinic's, or what she called the link of her family."""
        if reader == ActorKind.STAFF:
            return self.people.get(reader_id, "")  # type: ignore[arg-type]  # staff have numbers
        if reader == ActorKind.CLINIC:
            clinic = self.clinics.get(reader_id)
            return str(clinic.name) if clinic else _("a clinic that you agreed to")
        link = self.family.get(reader_id)
        return str(link.name) if link else _("somebody with your family link")

    def what(self, rows: Iterable[_Row]) -> list[str]:
        """Return what was read, each thing once."""
        return list(dict.fromkeys(self._thing(row) for row in rows))

    def _thing(self, row: _Row) -> str:
        if row.kind == AccessKind.DOCUMENT and (paper := self.papers.get(row.object_id)) and not paper.removed_at:
            return _("your paper “%(name)s”") % {"name": paper.title}
        if row.kind == AccessKind.ESTIMATE and (estimate := self.estimates.get(row.object_id)):
            if estimate.is_preliminary:
                return _("the preliminary estimate")
            return _("the estimate, version %(version)s") % {"version": estimate.version}
        if row.reader == ActorKind.FAMILY and row.kind == AccessKind.FAMILY:
            return _("what you show your family")
        return str(row.kind.shown)

    def why(self, rows: list[_Row]) -> list[str]:
        """Return why somebody read, as far as the portal knows."""
        reader, reader_id, kinds = rows[0].reader, rows[0].reader_id, {row.kind for row in rows}
        if reader == ActorKind.CLINIC:
            return [_("you agreed that this clinic sees your case")]
        if reader == ActorKind.FAMILY:
            return [_("you gave them the link")]
        reasons = [self._emergency(row) for row in rows if row.kind == AccessKind.EMERGENCY]
        if AccessKind.REVIEW in kinds or (reader_id in self.reviewers and reader_id not in self.owners):
            reasons.append(_("was asked for a medical opinion"))
        done = self.done.get((rows[0].day, reader_id), set())  # type: ignore[arg-type]  # staff have numbers
        reasons += [str(purpose) for kind, purpose in PURPOSES.items() if kind in done]
        if reader_id in self.owners:
            reasons.append(_("works on your case"))
        elif kinds == {AccessKind.LISTED}:
            reasons.append(_("looked through the list of cases"))
        elif kinds == {AccessKind.PAYMENTS}:
            reasons.append(_("looks after payments"))
        elif kinds == {AccessKind.REPORT}:
            reasons.append(_("checked who reads cases"))
        return list(dict.fromkeys(reasons)) or [_("helps with cases in our team")]

    def _emergency(self, row: _Row) -> str:
        notes = [note for note in self.reasons if note.author_id == row.reader_id and note.created_at >= row.at]
        if not notes:
            return _("in an emergency, for a reason that is kept")
        return _("in an emergency: %(reason)s") % {"reason": notes[0].body}


def _ids(rows: Iterable[_Row], kind: AccessKind) -> set[UUID]:
    return {row.object_id for row in rows if row.kind == kind and row.object_id}
