"""Writes of coordinators in a case: move, assign, note, release, send again."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import DESK_NAMES, ActorKind, Deed, EventKind, Need, Outcome, Status
from requests.models import Case, CaseLink, EndReason, Note
from requests.permissions import can_close_untranslated, can_work_cases, check_can_work_cases
from requests.selectors import continuity, documents
from requests.services import audit, clock, effects, follow_up_plan, form_tokens, patients, quarantine, tasks
from requests.services.audit import Actor
from requests.workflow import EARLY_OUTCOMES, OPEN, may_move, outcomes_from

# What a move changes.
MOVED = (
    "status",
    "outcome",
    "end_reason",
    "closed_at",
    "merged_into",
    "is_quarantined",
    "mails_held_until",
    "on_hold_until",
    *clock.FIELDS,
)


class MoveRefused(Exception):
    """A move that the workflow does not allow; the message says why, for the desk."""


class NeedsMissing(MoveRefused):
    """Facts that a move needs are missing; a lead may give a reason."""


def move(
    *,
    case: Case,
    to: Status,
    by: User,
    outcome: Outcome | None = None,
    end_reason: EndReason | None = None,
    reason: str = "",
    merged_into: Case | None = None,
    deed: str = "",
) -> None:
    """Move a case along the workflow; a ``reason`` becomes an internal note, and a hold ends.

    Closing needs an ``outcome``, a duplicate the case that it joins; ``end_reason`` is the category of an ending,
    ``deed`` what the note begins with. A lead closes as treated without the discharge papers
    or the continuity pack, with a ``reason``.
    Raises ``NeedsMissing``, ``MoveRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked, *joined = clock.lock_all(case, merged_into) if merged_into else [clock.lock(case)]
        if joined and not Case.objects.visible_to(by).filter(pk=joined[0].pk).exists():
            raise MoveRefused(_("Enter the reference of a case that you see."))
        merged_into = next(iter(joined), None)  # it may have been merged itself since it was read
        _check_move(locked, to, outcome, merged_into)
        if end_reason is not None and end_reason.ending != to:
            raise MoveRefused(_("This reason belongs to another ending."))
        lacks = _lacks_of_treated(locked) if outcome == Outcome.TREATED else []
        if lacks:
            names = "; ".join(str(need.label) for need in lacks)
            check_override(names, reason, is_allowed=can_close_untranslated(by))
            deed = f"{Deed.NEEDS_OVERRIDDEN}:{','.join(lacks)}"
        locked.end_reason = end_reason
        _move(locked, to, by, outcome, merged_into)
        if lacks:
            audit.record(locked, EventKind.NEEDS_OVERRIDDEN, by=by)
        if reason:
            _note(locked, reason, by, deed=deed)
    # The caller's row says what the locked one says.
    for name in MOVED:
        setattr(case, name, getattr(locked, name))


def move_locked(case: Case, *, to: Status, by: Actor, end_reason: EndReason | None = None) -> None:
    """Move a locked case to a state that needs nothing else, for a colleague or for the patient. Raises ``MoveRefused``."""
    _check_move(case, to, None, None)
    case.end_reason = end_reason
    _move(case, to, by)


def _move(locked: Case, to: Status, by: Actor, outcome: Outcome | None = None, merged_into: Case | None = None) -> None:
    """Write a move that was checked, with everything that it sets off."""
    old, ended_at = Status(locked.status), locked.closed_at
    locked.status = to
    if to in OPEN:
        locked.outcome, locked.closed_at, locked.merged_into, locked.end_reason = "", None, None, None
    else:
        locked.closed_at, locked.outcome, locked.merged_into = timezone.now(), outcome or "", merged_into
    locked.on_hold_until, locked.on_hold_reason = None, ""
    # Spam is a verdict of a person, so nothing waits for one any more, and nobody is owed an answer.
    if locked.is_spam:
        locked.is_quarantined, locked.mails_held_until = False, None
        clock.stop(locked, seen=None)
    elif old == Status.SPAM:
        clock.restart(locked)
    locked.save(update_fields=[*MOVED, "on_hold_reason"])
    audit.record(locked, EventKind.MOVED, by=by, from_status=old, to_status=to, object_id=locked.end_reason_id)
    if to in OPEN and ended_at is not None:
        tasks.bring_steps_back(locked, ended_at=ended_at)
    _set_off(locked, old, by)


def _set_off(case: Case, old: Status, by: Actor) -> None:
    """Hold, release or cancel what a case owes, as its new state wants it."""
    if case.is_spam:
        outbox.hold(case.reference)
    elif old == Status.SPAM:
        quarantine.let_go(case, by=by)
    if case.status not in OPEN:
        tasks.withdraw_all(case, by=by)
    if case.has_died:
        outbox.cancel(case.reference, effects.UNTIL_DEATH)
    follow_up_plan.plan(case)


def _check_move(case: Case, to: Status, outcome: Outcome | None, merged_into: Case | None) -> None:
    old = Status(case.status)
    if case.is_quarantined and to in OPEN:
        raise MoveRefused(_("Release the case from quarantine first."))
    if case.is_erased or not may_move(old, to):
        states = {"old": DESK_NAMES[old], "new": DESK_NAMES[to]}
        raise MoveRefused(_("A case cannot go from “%(old)s” to “%(new)s”.") % states)
    _check_consents(case, to, merged_into)
    if to == Status.WITH_CLINICS and not patients.has_agreed(case):
        raise MoveRefused(
            _(
                "The patient has not agreed yet: somebody else wrote. Ask for it by a task, or note it beside the patient."
            )
        )
    if to == Status.CLOSED and not outcome:
        raise MoveRefused(_("Say how the case ended."))
    if to == Status.CLOSED and outcome not in outcomes_from(old):
        first, second = (outcome.label for outcome in EARLY_OUTCOMES)
        sentence = _(
            "A case in “%(state)s” closes as “%(first)s” or “%(second)s” only. Otherwise it closes from “Recovery”."
        )
        raise MoveRefused(sentence % {"state": DESK_NAMES[old], "first": first, "second": second})
    if to == Status.DUPLICATE and (merged_into is None or merged_into.pk == case.pk):
        raise MoveRefused(_("Enter the reference of the case that this one joins."))
    if to == Status.DUPLICATE and merged_into is not None:
        if merged_into.living.pk != merged_into.pk:
            names = {"merged": merged_into, "living": merged_into.living}
            raise MoveRefused(_("%(merged)s was merged itself. Go on in %(living)s.") % names)
        if merged_into.is_erased:
            raise MoveRefused(_("One of the two cases is erased."))


def _check_consents(case: Case, to: Status, merged_into: Case | None) -> None:
    """Raise ``MoveRefused`` for a move that goes on where a consent was taken back."""
    if case.consent_withdrawn_at is not None and (to in OPEN or to == Status.DUPLICATE):
        raise MoveRefused(
            pgettext("desk", "The patient took a consent back: the case can only end, until it is given again.")
        )
    if to == Status.DUPLICATE and merged_into is not None and merged_into.living.consent_withdrawn_at is not None:
        raise MoveRefused(pgettext("desk", "In the other case a consent was taken back: nothing joins it until then."))


def _lacks_of_treated(case: Case) -> list[Need]:
    """Return what a case lacks to be closed as treated."""
    is_met = {
        Need.DISCHARGE: documents.has_discharge(case),
        Need.CONTINUITY: continuity.standing(case) is not None,
    }
    return [need for need, is_there in is_met.items() if not is_there]


def check_override(facts: str, reason: str, *, is_allowed: bool) -> None:
    """Raise ``NeedsMissing`` unless a move may go on without these facts, and a ``reason`` says why it does."""
    if not is_allowed:
        raise NeedsMissing(_("This move needs: %(facts)s. A lead may go on without it.") % {"facts": facts})
    if not reason.strip():
        raise NeedsMissing(_("This move needs: %(facts)s. Say why it goes on without.") % {"facts": facts})


def assign(*, case: Case, to: User | None, by: User) -> None:
    """Give a case to a coordinator, who is told by mail, or to nobody; who takes it needs no mail.

    Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    if to is not None and not can_work_cases(to):
        raise PermissionDenied(_("A case is assigned to a coordinator."))
    with transaction.atomic():
        locked = clock.lock(case)
        if not Case.objects.visible_to(by).filter(pk=locked.pk).exists():
            raise PermissionDenied(_("This case is with a colleague: only a lead gives it to somebody else."))
        # Under the lock: who was quicker with the same click leaves nothing to do, and nobody is told twice.
        if locked.owner != to:
            locked.owner = to
            locked.save(update_fields=["owner"])
            event = audit.event(locked, EventKind.ASSIGNED, by=by)
            event.save(force_insert=True)
            if to is not None and to != by:
                # Each time that it is given has a mail of its own.
                effects.add(locked, [effects.owed(locked, effects.ASSIGNED, locked.pk, str(event.pk), to=to.pk)])
    case.owner = to


def add_note(*, case: Case, body: str, by: User, form_token: str | None = None) -> Note:
    """Write an internal note; the same words under the same form token count once. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        key = form_token and form_tokens.key(locked.pk, form_token, body)
        known = locked.notes.filter(form_token=key).first() if key else None
        return known or _note(locked, body, by, key)


def _note(case: Case, body: str, by: User, form_token: str | None = None, deed: str = "") -> Note:
    note = Note.objects.create(case=case, body=body, author=by, form_token=form_token, deed=deed)
    audit.record(case, EventKind.NOTE, by=by, object_id=note.pk)
    return note


def release(*, case: Case, by: User) -> int:
    """Let the held mails of a case leave now; a second click does nothing.

    Returns how many mails and documents leave; raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        return quarantine.let_go(locked, by=by) if locked.holds_mails else 0


def revoke_link(*, link: CaseLink, by: User) -> None:
    """Make a mailed link open nothing any more. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        audit.record(link.case, EventKind.LINK_REVOKED, by=by, object_id=link.pk)


def send_again(*, item: OutboxItem, by: User) -> bool:
    """Queue a failed effect of a case afresh; False when it is not failed. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        case = Case.objects.get(reference=item.reference)
        if not outbox.send_again(item):
            return False
        case.email_refused_at = None
        case.save(update_fields=["email_refused_at"])
        audit.record(case, EventKind.SENT_BY_HAND, by=by, object_id=item.pk)
        return True


def mark_address_refused(case: Case) -> None:
    """Record that the mail server refused the patient's address for good."""
    case.email_refused_at = timezone.now()
    case.save(update_fields=["email_refused_at"])
    audit.record(case, EventKind.ADDRESS_REFUSED, by=ActorKind.SYSTEM)
