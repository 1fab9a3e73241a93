"""Decisions about estimates: accepted with a mailed code or noted at the desk, declined with a reason, asked for anew."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import (
    ActorKind,
    ConsentWay,
    DecisionKind,
    DeclineReason,
    EventKind,
    NextTurn,
    PrintedKind,
    StatedBy,
    Status,
)
from requests.models import Case, EndReason, Estimate, EstimateDecision
from requests.permissions import check_can_work_cases
from requests.selectors import money_rules
from requests.selectors.consents import check_standing
from requests.selectors.estimates import Standing, Verdict, verdict
from requests.selectors.progress import PLAN
from requests.services import acceptance_codes, audit, clock, desk, effects, form_tokens, holds, printing, tasks, wishes
from requests.services.audit import Actor
from requests.services.decision_texts import agreement, rules_beside, rules_sha256
from requests.services.estimates import ANOTHER, RENEW

# Why a case ends, by the reason that the patient selects.
END_REASONS = {
    DeclineReason.TOO_EXPENSIVE: "too-expensive",
    DeclineReason.ANOTHER_CLINIC: "another-clinic",
    DeclineReason.AT_HOME: "stays-home",
    DeclineReason.NOT_NOW: "cannot-come",
    DeclineReason.OTHER: "patient-other",
}


class NotOpen(Exception):
    """The estimate cannot be decided about so now; ``verdict`` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class WrongCode(Exception):
    """The code is not the one that was mailed last; ``is_dead`` when only a new one helps."""

    def __init__(self, *, is_dead: bool) -> None:
        super().__init__()
        self.is_dead = is_dead


class TextChanged(Exception):
    """The words on the page are not those of now: the patient reads them again first."""


class DecisionRefused(Exception):
    """A decision that the desk cannot note so; the text says why."""


def send_code(*, case: Case, estimate: Estimate) -> bool:
    """Mail a code to accept an estimate; False within a minute of the last. Raises ``NotOpen`` or ``TooManyCodes``."""
    with transaction.atomic():
        locked, fresh = _lock(case, estimate)
        check_standing(locked)
        _check(verdict(fresh, locked), Standing.OPEN)
        return acceptance_codes.send(locked, fresh)


def accept(
    *, case: Case, estimate: Estimate, digits: str, sha256: str, rules_seen: str = "", language: str
) -> EstimateDecision:
    """Accept an estimate with the code that was mailed.

    ``sha256`` is that of the words on the page, ``rules_seen`` that of the rules about money beside them, empty for none.

    A case that waits for it goes on to "accepted". Raises ``NotOpen``, ``TextChanged`` or ``WrongCode``.
    """
    with transaction.atomic():
        locked, fresh = _lock(case, estimate)
        _check(verdict(fresh, locked), Standing.OPEN)
        words, rules = agreement(fresh, language), rules_beside(money_rules.rules(language), language)
        if (words.sha256, rules_sha256(rules)) != (sha256, rules_seen):
            raise TextChanged
        is_right = acceptance_codes.matches(fresh, digits)
        if is_right:
            columns = {"language": language, "text": words.text, "text_sha256": words.sha256, "email": locked.email}
            return _accept(locked, fresh, by=ActorKind.PATIENT, money_rules=rules, **columns)
    # Outside, so that the attempt stays counted.
    raise WrongCode(is_dead=acceptance_codes.live(estimate) is None)


def note_acceptance(
    *, case: Case, estimate: Estimate, stated_by: StatedBy, way: ConsentWay, said_on: date, by: User
) -> EstimateDecision:
    """Note at the desk that a patient said yes, how and on which day, to the words in the language of the estimate.

    Raises ``NotOpen``, ``DecisionRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked, fresh = _lock(case, estimate)
        # What she said in time counts, also when it is noted a day later.
        _check(verdict(fresh, locked), Standing.OPEN, Standing.EXPIRED)
        if not fresh.issued_on <= said_on <= team_today():
            raise DecisionRefused(pgettext("desk", "Enter a day between that of the estimate and today."))
        if said_on > fresh.valid_until:
            raise DecisionRefused(pgettext("desk", "On that day the estimate had expired. Issue a new one first."))
        words = agreement(fresh, fresh.language)
        columns = {"language": fresh.language, "text": words.text, "text_sha256": words.sha256}
        how = {"stated_by": stated_by, "way": way, "said_on": said_on, "recorded_by": by}
        return _accept(locked, fresh, by=by, **columns, **how)


def decline(
    *,
    case: Case,
    estimate: Estimate,
    reason: DeclineReason,
    words: str,
    wants_another: bool,
    language: str,
    form_token: str,
) -> EstimateDecision:
    """Decline an estimate: we look for another offer, or the case ends; a supplement changes neither.

    The same form counts once. Raises ``NotOpen``.
    """
    key = form_tokens.key(estimate.pk, form_token)
    with transaction.atomic():
        locked, fresh = _lock(case, estimate)
        known = EstimateDecision.objects.filter(form_token=key).first()
        if known is not None:
            return known
        _check(verdict(fresh, locked), Standing.OPEN, Standing.EXPIRED)
        columns = {"language": language, "reason": reason, "words": words, "form_token": key}
        decision = _write(
            locked, fresh, DecisionKind.DECLINED, by=ActorKind.PATIENT, wants_another=wants_another, **columns
        )
        if fresh.is_supplement:
            tasks.follow(locked, tasks.PROMISE, by=ActorKind.SYSTEM)
        elif wants_another:
            desk.move_locked(locked, to=Status.OFFERS_IN, by=ActorKind.PATIENT)
            _go_on(locked, ANOTHER)
        else:
            ends = EndReason.of(Status.DECLINED_BY_PATIENT).filter(code=END_REASONS[reason]).first()
            desk.move_locked(locked, to=Status.DECLINED_BY_PATIENT, by=ActorKind.PATIENT, end_reason=ends)
        return decision


def ask_for_renewal(*, case: Case, estimate: Estimate, form_token: str, language: str) -> None:
    """Ask for a new estimate in the place of one that has expired: a message and a task of the desk, once.

    Raises ``NotOpen`` or ``NotARequest``.
    """
    with transaction.atomic():
        locked, fresh = _lock(case, estimate)
        _check(verdict(fresh, locked), Standing.EXPIRED)
        if locked.tasks.open().filter(kind__code=RENEW).exists():
            return
        body = _("The estimate, version %(version)s, has expired. I ask for a new one.") % {"version": fresh.version}
        wishes.wish(case=locked, code=RENEW, body=body, form_token=form_token, language=language)


def is_renewal_asked(case: Case) -> bool:
    """Whether the patient asked for a new estimate, and the desk has not seen to it yet."""
    return case.tasks.open().filter(kind__code=RENEW).exists()


def _lock(case: Case, estimate: Estimate) -> tuple[Case, Estimate]:
    """Return the newest rows of a living case, locked, and of an estimate of it or of one merged into it."""
    locked = clock.lock(case)
    return locked, Estimate.objects.select_related("case").prefetch_related("lines").get(pk=estimate.pk)


def _check(current: Verdict, *allowed: Standing) -> None:
    if current.standing not in allowed:
        raise NotOpen(current)


def _accept(locked: Case, estimate: Estimate, *, by: Actor, **columns: Any) -> EstimateDecision:
    check_standing(locked)
    decision = _write(locked, estimate, DecisionKind.ACCEPTED, by=by, **columns)
    # That of a merged case is printed when somebody first asks for it.
    if decision.case_id == locked.pk:
        printing.owe(locked, PrintedKind.ACCEPTANCE, object_id=decision.pk, language=decision.language)
    if estimate.is_supplement:
        tasks.follow(locked, tasks.FOLLOW_UP, by=ActorKind.SYSTEM, turn=NextTurn.US)
    else:
        desk.move_locked(locked, to=Status.ACCEPTED, by=by)
        _go_on(locked, PLAN)
    return decision


def _write(locked: Case, estimate: Estimate, kind: DecisionKind, *, by: Actor, **columns: Any) -> EstimateDecision:
    """Write a decision in a locked case and tell its owner; what the patient asked before still waits for an answer."""
    decision = EstimateDecision(case=estimate.case, estimate=estimate, kind=kind, **columns)
    decision.save(force_insert=True)
    event = EventKind.ESTIMATE_ACCEPTED if kind == DecisionKind.ACCEPTED else EventKind.ESTIMATE_DECLINED
    audit.record(locked, event, by=by, object_id=decision.pk)
    holds.resume(case=locked, by=by)
    if by == ActorKind.PATIENT:
        effects.add(locked, effects.for_desk(locked, effects.ESTIMATE_DECIDED, decision.pk))
    return decision


def _go_on(locked: Case, code: str) -> None:
    """Put a task with a day in the place of the reminders to ask the patient again."""
    tasks.withdraw_reminders(locked, at=timezone.now(), by=ActorKind.SYSTEM)
    tasks.follow(locked, code, by=ActorKind.SYSTEM)
