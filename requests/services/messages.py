"""Messages between a patient and the desk."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.localisation.languages import LANGUAGES
from portal.core.localisation.scripts import script_of
from requests.enums import ActorKind, Direction, EventKind
from requests.models import Case, Message, MessageDraft
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, effects, form_tokens, holds, quarantine


class MessageRefused(Exception):
    """A message to the patient that cannot leave; the text says why, for the desk."""


@transaction.atomic
def write_to_patient(*, case: Case, body: str, by: User, form_token: str, seen: int | None = None) -> Message:
    """Answer a patient; a mail with a link tells of it. Raises ``PermissionDenied`` or ``MessageRefused``.

    ``seen`` is how many things of the patient the writer had seen, None for all that came until now:
    what is newer still waits for an answer. The same words under the same form token count once.
    """
    check_can_work_cases(by)
    return write_out(clock.lock(case), body=body, by=by, form_token=form_token, seen=seen)[0]


def write_out(
    locked: Case,
    *,
    body: str,
    by: User,
    form_token: str,
    seen: int | None = None,
    visible_from: datetime | None = None,
) -> tuple[Message, bool]:
    """Do what ``write_to_patient`` does in a locked case; True when the message is new.

    The patient is neither shown it nor told of it before ``visible_from``. Raises ``MessageRefused``.
    """
    if locked.is_quarantined:
        raise MessageRefused(_("Release the case from quarantine first."))
    if locked.is_spam:
        raise MessageRefused(_("Reopen the case first: no mail of a spam case leaves."))
    columns = {"author": by, "visible_from": visible_from, "waited_since": locked.waiting_since}
    message, is_new = _write_once(
        locked, body, form_token, language=locked.language, direction=Direction.TO_PATIENT, **columns
    )
    if is_new:
        audit.record(locked, EventKind.MESSAGE_OUT, by=by, object_id=message.pk)
        quarantine.let_go_of_known(locked, by=by)
        clock.stop(locked, seen=seen)
        locked.answered_at = locked.answered_at or message.created_at
        locked.save(update_fields=[*clock.FIELDS, "answered_at"])
        effects.add(locked, [effects.for_answer(locked, message)])
    return message, is_new


def unsent(case: Case, body: str) -> Message:
    """Return a message to the patient that is not written, for a preview."""
    language = _language_of(body, case.language)
    return Message(case=case, body=body, language=language, direction=Direction.TO_PATIENT)


class NotARequest(Exception):
    """The case was marked as spam: what is written there reaches nobody, and the page says where to write."""


def write_to_desk(*, case: Case, body: str, form_token: str, **fields: Any) -> Message:
    """Record a patient's message, start the clock of its answer and tell the desk, whatever the case's state.

    ``fields`` are the language of its words, whether it is urgent, and which fact it corrects. The same words under
    the same form token count once; other words are another message. A case on hold comes back. Raises ``NotARequest``.
    """
    with transaction.atomic():
        return write_in(clock.lock(case), body=body, form_token=form_token, **fields)[0]


def write_in(
    locked: Case, *, body: str, form_token: str, is_alarm: bool = False, **fields: Any
) -> tuple[Message, bool]:
    """Do what ``write_to_desk`` does in a locked case; True when the message is new. Raises ``NotARequest``.

    An alarm does not wait for the digest.
    """
    if locked.is_spam:
        raise NotARequest
    message, is_new = _write_once(locked, body, form_token, direction=Direction.FROM_PATIENT, **fields)
    if is_new:
        MessageDraft.objects.filter(case=locked).delete()
        audit.record(locked, EventKind.MESSAGE_IN, by=ActorKind.PATIENT, object_id=message.pk)
        # First: the database refuses a case that is on hold and whose patient waits.
        holds.resume(case=locked, by=ActorKind.PATIENT)
        clock.start(locked, message.created_at)
        locked.save(update_fields=clock.FIELDS)
        told = (
            effects.for_alarm(locked, message) if is_alarm else effects.for_desk(locked, effects.MESSAGE_IN, message.pk)
        )
        effects.add(locked, told)
    return message, is_new


def keep_draft(*, case: Case, body: str) -> None:
    """Keep what the patient has typed and not sent; an emptied text ends the draft."""
    with transaction.atomic():
        locked = clock.lock(case)
        if not body.strip():
            MessageDraft.objects.filter(case=locked).delete()
            return
        draft = MessageDraft.objects.filter(case=locked).first() or MessageDraft(case=locked)
        draft.body, draft.saved_at = body, timezone.now()
        draft.save()


def mark_read(case: Case) -> None:
    """Note that the patient has now been shown all of our messages."""
    unread = Message.objects.shown().filter(case__in=case.whole(), direction=Direction.TO_PATIENT, read_at=None)
    unread.update(read_at=timezone.now())


def _write_once(locked: Case, body: str, form_token: str, *, language: str = "", **fields: Any) -> tuple[Message, bool]:
    """Write a message of a locked case, or return the one that is there; True when it is new.

    Its time is taken under the lock, so that messages of a case stand in the order of their commits.
    """
    language = _language_of(body, language)
    # Other words under the token of the same form are another message (decision 0012).
    key = form_tokens.key(locked.pk, form_token, body)
    return Message.objects.get_or_create(
        form_token=key,
        defaults={"case": locked, "body": body, "created_at": timezone.now(), "language": language, **fields},
    )


def _language_of(body: str, language: str) -> str:
    """Return the language of a page for what was written on it; empty for words in the letters of another one."""
    # Nobody guesses which.
    return language if language and script_of(body) == LANGUAGES[language].script else ""
