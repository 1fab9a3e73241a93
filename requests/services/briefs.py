"""Writes of the brief: begun, changed and sent at the desk; approved or returned by the patient."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.worktime import team_day, team_today
from requests.brief_content import BriefContent
from requests.enums import ActorKind, BriefState, ConsentWay, EventKind, ForWhom, StatedBy
from requests.models import Brief, Case
from requests.permissions import check_can_work_cases
from requests.selectors import brief_checks, briefs, referrals
from requests.services import audit, brief_drafts, clinic_notices, clock, effects, patients, tasks
from requests.services.messages import write_in

# The kind of task by which the patient is asked to approve it.
BRIEF = "brief"
# What is known of an approval.
APPROVAL = (
    "approved_at",
    "approved_by",
    "approved_hash",
    "approval_stated_by",
    "approval_way",
    "approval_said_on",
    "approval_noted_by",
)


class BriefRefused(Exception):
    """The brief cannot be written or sent now; the text says why, for the desk."""


class BriefChanged(Exception):
    """The brief is not the one that was read any more."""


@transaction.atomic
def begin(*, case: Case, by: User) -> Brief:
    """Return the version that is being written, or begin one: from the last version, else from what the case says.

    Raises ``BriefRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    if (known := briefs.unfinished(locked)) is not None:
        return known
    _check_open(locked)
    last = briefs.versions(locked).first()
    content = last.content if last else brief_drafts.first_draft(locked)
    own, other = briefs.languages(locked)
    if last is not None and (last.language, last.other_language) != (own, other):
        content = brief_drafts.first_draft(locked)
    number = max(Brief.objects.filter(case=locked).values_list("number", flat=True), default=0) + 1
    brief = Brief(case=locked, number=number, language=own, other_language=other, changed_by=by)
    brief.content = content
    brief.save(force_insert=True)
    return brief


@transaction.atomic
def save(*, brief: Brief, content: BriefContent, revision: int, by: User) -> Brief:
    """Keep the texts of a draft; ``revision`` is the one that the page showed. The same again changes nothing.

    The list of papers is made anew from the checklist. Raises ``BriefChanged``, ``BriefRefused`` or
    ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(brief.case)
    fresh = _fresh(locked, brief)
    if not fresh.is_draft:
        raise BriefRefused(_("This version is not a draft any more. Take it back, or begin a new version."))
    if fresh.content == content:
        return fresh
    if fresh.revision != revision:
        raise BriefChanged
    fresh.content = content
    fresh.revision += 1
    fresh.changed_by, fresh.changed_at = by, timezone.now()
    fresh.save(update_fields=["sealed_content", "revision", "changed_by", "changed_at"])
    return fresh


@transaction.atomic
def send(*, brief: Brief, revision: int, names_read: list[str], by: User) -> None:
    """Ask the patient to approve a draft, by a task and a mail. A second click does nothing.

    ``names_read`` are the words that sound like a name and that the sender has looked at. Raises ``BriefChanged``,
    ``BriefRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(brief.case)
    fresh = _fresh(locked, brief)
    if fresh.is_sent and fresh.revision == revision:
        return
    if not fresh.is_draft or fresh.revision != revision:
        raise BriefChanged
    _check_open(locked)
    content = fresh.content
    names = brief_checks.names(content, locked)
    if brief_checks.lacking(content) or brief_checks.identifying(content, locked) or not set(names) <= set(names_read):
        raise BriefRefused(_("The summary cannot be sent yet. What is to be put right stands above it."))
    fresh.state, fresh.sent_by, fresh.sent_at = BriefState.SENT, by, timezone.now()
    fresh.save(update_fields=["state", "sent_by", "sent_at"])
    audit.record(locked, EventKind.BRIEF_SENT, by=by, object_id=fresh.pk)
    if not locked.tasks.open().filter(kind__code=BRIEF).exists():
        tasks.follow(locked, BRIEF, by=ActorKind.SYSTEM)
    # One mail for each time that it is sent.
    effects.add(locked, [effects.owed(locked, effects.BRIEF, fresh.pk, f"{fresh.pk}:{fresh.revision}")])


@transaction.atomic
def take_back(*, brief: Brief, by: User) -> None:
    """Make a version that the patient has not approved a draft again. Raises ``BriefRefused`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    locked = clock.lock(brief.case)
    fresh = _fresh(locked, brief)
    if fresh.is_draft:
        return
    if not fresh.is_sent:
        raise BriefRefused(_("The patient has approved this version. Begin a new one to change something."))
    _to_draft(locked, fresh)
    audit.record(locked, EventKind.BRIEF_TAKEN_BACK, by=by, object_id=fresh.pk)
    _end_task(locked, by=by)


@transaction.atomic
def approve(*, brief: Brief, read: str) -> Brief:
    """Approve a version as its page showed it, whose hash is ``read``. A second click does nothing.

    Raises ``BriefChanged`` for another text than what is to be approved now, and ``patients.NotAgreed``.
    """
    return _approve(clock.lock(brief.case), brief, read, by=ActorKind.PATIENT)


@transaction.atomic
def note_approval(*, brief: Brief, read: str, stated_by: StatedBy, way: ConsentWay, said_on: date, by: User) -> Brief:
    """Note at the desk that the patient approved a version that was read out, how and on which day.

    Raises ``BriefChanged``, ``BriefRefused``, ``patients.NotAgreed`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(brief.case)
    sent_at = _fresh(locked, brief).sent_at
    if sent_at is not None and not team_day(sent_at) <= said_on <= team_today():
        raise BriefRefused(pgettext("desk", "Enter a day between the one on which it was sent and today."))
    noted = {"stated_by": stated_by, "way": way, "said_on": said_on, "noted_by": by}
    return _approve(locked, brief, read, by=by, **{f"approval_{name}": value for name, value in noted.items()})


def _approve(locked: Case, brief: Brief, read: str, *, by: audit.Actor, **noted: Any) -> Brief:
    fresh = _fresh(locked, brief)
    if fresh.is_approved and fresh.approved_hash == read:
        return fresh
    if not fresh.is_sent or fresh.content.sha256 != read or locked.has_died or locked.is_spam:
        raise BriefChanged
    patients.check_agreed(locked)
    now = timezone.now()
    earlier = Brief.objects.filter(case__in=locked.whole(), state=BriefState.APPROVED)
    earlier.update(state=BriefState.SUPERSEDED, superseded_at=now)
    fresh.state, fresh.approved_at, fresh.approved_hash = BriefState.APPROVED, now, read
    fresh.approved_by = ForWhom(locked.for_whom)
    for name, value in noted.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=["state", *APPROVAL])
    audit.record(locked, EventKind.BRIEF_APPROVED, by=by, object_id=fresh.pk)
    for task in locked.tasks.open().filter(kind__code=BRIEF):
        tasks.finish_locked(locked, task, by=by)
    clinic_notices.brief_approved(locked, fresh)
    return fresh


@transaction.atomic
def give_back(*, brief: Brief, body: str, form_token: str, language: str) -> None:
    """Say what is wrong in a version: a message to the desk, and a version to approve is a draft again.

    So is one whose approval the desk noted: the word of the patient counts before that of who heard it.

    Raises ``messages.NotARequest``.
    """
    locked = clock.lock(brief.case)
    _message, is_new = write_in(locked, body=body, form_token=form_token, language=language)
    fresh = _fresh(locked, brief)
    is_noted = fresh.is_approved and fresh.approval_is_noted
    if is_new and (fresh.is_sent or is_noted):
        # Another version is written already, or this one belongs to a merged case, where nobody writes any more. What
        # clinics may have read stays as it was: their answers name it.
        if is_noted and (
            brief.case_id != locked.pk or briefs.unfinished(locked) is not None or referrals.of_case(locked).exists()
        ):
            fresh.state, fresh.superseded_at = BriefState.SUPERSEDED, timezone.now()
            fresh.save(update_fields=["state", "superseded_at"])
        else:
            _to_draft(locked, fresh)
        audit.record(locked, EventKind.BRIEF_RETURNED, by=ActorKind.PATIENT, object_id=fresh.pk)
        _end_task(locked, by=ActorKind.PATIENT)


def _fresh(locked: Case, brief: Brief) -> Brief:
    fresh = Brief.objects.get(pk=brief.pk)
    fresh.case = locked
    return fresh


def _to_draft(locked: Case, brief: Brief) -> None:
    brief.state, brief.sent_by, brief.sent_at = BriefState.DRAFT, None, None
    brief.revision += 1
    brief.approved_at, brief.approved_by, brief.approved_hash = None, "", ""
    brief.approval_stated_by = brief.approval_way = ""
    brief.approval_said_on = brief.approval_noted_by = None
    brief.save(update_fields=["state", "sent_by", "sent_at", "revision", *APPROVAL])


def _end_task(locked: Case, *, by: audit.Actor) -> None:
    for task in locked.tasks.open().filter(kind__code=BRIEF).select_related("call"):
        tasks.withdraw_locked(locked, task, by=by)


def _check_open(case: Case) -> None:
    if case.is_quarantined:
        raise BriefRefused(_("Release the case from quarantine first."))
    if not case.is_open:
        raise BriefRefused(_("This case has ended: no clinic is asked any more."))
