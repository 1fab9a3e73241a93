"""Follow-up after a treatment: agreeing to it, the day home, asking, answering, stopping."""

import json
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal.accounts.models import User
from requests import consents
from requests.enums import ActorKind, Appointment, ConsentWay, EventKind, Feeling, HomeState, Purpose
from requests.models import Case, Consent, FollowUp, FollowUpAnswer, FollowUpTally, Homecoming
from requests.permissions import check_can_work_cases
from requests.selectors import follow_ups
from requests.selectors.consents import check_standing
from requests.selectors.follow_ups import Answered, WarningSigns
from requests.services import audit, clock, consent_texts, effects, follow_up_plan, form_tokens, messages, tasks, tokens
from requests.services.audit import Actor

SALT = "requests.follow-up"
# The task of the desk for a patient who stayed in Russia.
ASK_HOME = "ask-home"
# Questions that could not be asked for so long, because beat was down, are not asked any more.
LATEST = timedelta(days=7)
# After so long the desk asks whether who stayed in Russia is at home.
ASK_AGAIN = timedelta(days=30)


class NotFollowed(Exception):
    """The case is not followed, or no longer: nothing can be agreed or answered in it."""


class ToldMeanwhile(Exception):
    """Something else was told or answered on another device since the page was opened."""


# ── Agreeing and stopping ────────────────────────────────────────────────────────────────────


def agree(*, case: Case, language: str) -> None:
    """Record the patient's own consent; a second click does nothing. Raises ``NotFollowed``."""
    with transaction.atomic():
        _agree(clock.lock(case), language, by=ActorKind.PATIENT)


def note_agreed(*, case: Case, language: str, way: ConsentWay, by: User) -> None:
    """Note a consent that somebody of the desk heard or saw. Raises ``NotFollowed`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        _agree(clock.lock(case), language, by=by, heard_by=by, way=way)


def _agree(locked: Case, language: str, *, by: Actor, **heard: Any) -> None:
    if not follow_ups.can_agree(locked):
        raise NotFollowed
    if follow_ups.consent(locked) is None:
        consent_texts.write([consents.current(Purpose.FOLLOW_UP, language)], case=locked, **heard)
        audit.record(locked, EventKind.FOLLOW_UP_AGREED, by=by)
        follow_up_plan.plan(locked)


def stop(*, case: Case, by: Actor, **said: Any) -> bool:
    """Take the consent back: nothing is asked any more; False when there is none, as after a second click.

    ``said`` are the columns of how the desk heard it. Raises ``PermissionDenied``.
    """
    if isinstance(by, User):
        check_can_work_cases(by)
    with transaction.atomic():
        return stop_locked(clock.lock(case), by=by, **said)


def stop_locked(locked: Case, *, by: Actor, **said: Any) -> bool:
    """Do what ``stop`` does in a locked case."""
    standing = Consent.objects.filter(case=locked, purpose=Purpose.FOLLOW_UP, withdrawn_at=None)
    if not standing.update(withdrawn_at=timezone.now(), **said):
        return False
    audit.record(locked, EventKind.FOLLOW_UP_STOPPED, by=by)
    follow_up_plan.plan(locked)
    return True


def stop_address(follow_up: FollowUp, language: str) -> str:
    """Return the whole address of the page that stops the questions, for the mail that asks them."""
    with override(language):
        token = tokens.make(follow_up.pk, salt=SALT)
        return str(settings.SITE_URL) + reverse("requests:stop_follow_ups", args=[token])


def of_token(token: str) -> FollowUp | None:
    """Return the questions whose mail a token came with."""
    pk = tokens.read(token, salt=SALT)
    return FollowUp.objects.select_related("case").filter(pk=pk).first() if pk else None


# ── The day home ─────────────────────────────────────────────────────────────────────────────


def tell_home(*, case: Case, state: HomeState, home_on: date | None, seen: int, by: Actor) -> None:
    """Note what is told of the way home; ``seen`` is the number of the row that the page showed, 0 for none.

    The same words again write nothing. Raises ``ToldMeanwhile``, ``NotFollowed`` or ``PermissionDenied``.
    """
    if isinstance(by, User):
        check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        if not follow_ups.is_followed(locked):
            raise NotFollowed
        row = follow_ups.homecoming(locked) or Homecoming(case=locked, number=0)
        if (row.state, row.home_on) == (state, home_on):
            return
        if row.number != seen:
            raise ToldMeanwhile
        row.state, row.home_on, row.number = state, home_on, row.number + 1
        row.told_at, row.told_by = timezone.now(), by if isinstance(by, User) else None
        row.save()
        audit.record(locked, EventKind.HOME_TOLD, by=by)
        follow_up_plan.plan(locked)
        if state == HomeState.STAYS and not locked.tasks.open().filter(kind__code=ASK_HOME).exists():
            task = tasks.follow(locked, ASK_HOME, by=ActorKind.SYSTEM)
            task.due_at = timezone.now() + ASK_AGAIN
            task.save(update_fields=["due_at"])
        for task in locked.tasks.open().filter(kind__code=ASK_HOME) if state == HomeState.HOME else []:
            tasks.finish_locked(locked, task, by=by)


# ── Asking ───────────────────────────────────────────────────────────────────────────────────


def ask_due() -> int:
    """Ask the questions that are due, on the case page and by mail, and return how many; each is asked once."""
    now, number = timezone.now(), 0
    due = FollowUp.objects.filter(asked_at=None, due_at__lte=now, due_at__gt=now - LATEST).order_by("due_at")
    for row in due.select_related("case"):
        with transaction.atomic():
            locked = clock.lock(row.case)
            fresh = FollowUp.objects.filter(pk=row.pk, asked_at=None, due_at__lte=now).first()
            if fresh is None or not follow_ups.may_ask(locked):
                continue  # somebody was quicker, or nobody may be asked
            fresh.asked_at = timezone.now()
            fresh.save(update_fields=["asked_at"])
            audit.record(locked, EventKind.FOLLOW_UP_ASKED, by=ActorKind.SYSTEM, object_id=fresh.pk)
            effects.add(locked, [effects.owed(locked, effects.FOLLOW_UP, fresh.pk, held=locked.holds_mails)])
            number += 1
    return number


# ── Answering ────────────────────────────────────────────────────────────────────────────────


def answer(
    *,
    follow_up: FollowUp,
    feeling: Feeling,
    places: list[str],
    is_unsure: bool,
    has_other_sign: bool,
    appointment: Appointment,
    words: str,
    signs: WarningSigns,
    language: str,
    seen: int,
    form_token: str,
) -> Answered:
    """Record the answers to the questions of a day; what needs us becomes a message, a warning sign an urgent one.

    ``places`` are those of the signs that were ticked, ``seen`` is the number of the answer that the page showed, 0
    for none. The same form counts once, the same answers again write nothing. Raises ``ToldMeanwhile``,
    ``NotFollowed`` or ``messages.NotARequest``.
    """
    content = {
        "feeling": feeling,
        "signs": signs.words(places),
        "places": places,
        "is_unsure": is_unsure,
        "has_other_sign": has_other_sign,
        "appointment": appointment,
        "words": words,
    }
    with transaction.atomic():
        locked = clock.lock(follow_up.case)
        if locked.is_spam:
            raise messages.NotARequest
        check_standing(locked)
        if not follow_ups.is_followed(locked):
            raise NotFollowed
        row = FollowUp.objects.select_related("case").get(pk=follow_up.pk)
        before = follow_ups.newest(row)
        if before is not None and content == json.loads(before.answer.content):
            return before
        if (before.number if before else 0) != seen:
            raise ToldMeanwhile
        written = FollowUpAnswer.objects.create(
            case=locked,
            follow_up=row,
            number=seen + 1,
            content=json.dumps(content),
            edition=signs.edition,
            language=language,
            form_token=form_tokens.key(locked.pk, row.day, form_token, seen),
        )
        _count(row, feeling, before)
        audit.record(locked, EventKind.FOLLOW_UP_ANSWERED, by=ActorKind.PATIENT, object_id=row.pk)
        now = follow_ups.answered(written)
        if now.needs_us:
            body, token = _as_message(row, now), f"follow-up|{written.pk}"
            alarm = {"is_alarm": now.is_alarming, "is_urgent": now.is_alarming}
            messages.write_in(locked, body=body, form_token=token, language=language, **alarm)
    return now


def _count(row: FollowUp, feeling: Feeling, before: Answered | None) -> None:
    """Note that the questions are answered, and count how the patient is in the place of the answer before."""
    if before is None:
        row.answered_at = timezone.now()
        row.save(update_fields=["answered_at"])
    else:
        FollowUpTally.objects.filter(day=row.day, feeling=before.feeling).update(number=F("number") - 1)
    FollowUpTally.objects.get_or_create(day=row.day, feeling=feeling)
    FollowUpTally.objects.filter(day=row.day, feeling=feeling).update(number=F("number") + 1)


def _as_message(row: FollowUp, said: Answered) -> str:
    """Return an answer as the words of a message, in the language of the page."""
    title = ngettext("My answers after %(day)s day", "My answers after %(day)s days", row.day) % {"day": row.day}
    lines = [f"{title}: {said.feeling.label}."]
    signs = [*said.signs, *([_("Another sign that my doctors told me to watch for")] if said.has_other_sign else [])]
    if signs:
        lines += [_("I have these warning signs:"), *(f"– {sign}" for sign in signs)]
    if said.is_unsure:
        lines.append(_("I do not know whether I have a warning sign."))
    if said.words:
        lines += ["", said.words]
    return "\n".join(lines)
