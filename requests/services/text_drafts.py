"""Drafts of texts of the desk: saved while somebody types, deleted when the text is sent."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from requests.enums import Direction, DraftKind
from requests.models import Case, TextDraft
from requests.permissions import check_can_work_cases
from requests.services import clock

# What becomes a message to the patient; a contact becomes one, the others become notes.
TO_PATIENT = {DraftKind.ANSWER, DraftKind.LAST_WORD}


class DraftChanged(Exception):
    """The draft was written on, sent or discarded in another window since this page showed it; nothing is written."""


def keep(*, case: Case, kind: DraftKind, body: str, shown: str, by: User, joins: bool) -> TextDraft | None:
    """Keep what somebody has typed so far; an emptied text ends its draft. Keeping is not reading the case.

    ``shown`` is the stamp of the draft that the page showed, empty for none. If it is another one by
    now, what was typed is added to it when ``joins`` is set (the page is being left), and else
    ``DraftChanged`` is raised. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        clock.lock(case)  # two windows of one person save one after the other
        draft = TextDraft.objects.filter(case=case, author=by, kind=kind).first()
        is_shown = shown == (draft.stamp if draft else "")
        if not body.strip():
            # The empty box of an older page says nothing about a draft that it never showed.
            if draft is not None and is_shown:
                draft.delete()
                return None
            return draft
        if draft is None and _was_sent(case, kind, body, by):
            return None
        if draft is not None and (body == draft.body or (joins and not is_shown and body in draft.body)):
            return draft
        if not is_shown and not joins:
            raise DraftChanged
        if draft is None:
            return TextDraft.objects.create(case=case, author=by, kind=kind, body=body)
        draft.body = body if is_shown else f"{draft.body}\n\n{body}"
        draft.saved_at = timezone.now()
        draft.save(update_fields=["body", "saved_at"])
        return draft


def _was_sent(case: Case, kind: DraftKind, body: str, by: User) -> bool:
    """Whether this is the text that its author sent last: a save that was slower than the click on "Send"."""
    sent: Any = case.contacts if kind == DraftKind.CONTACT else case.notes
    if kind in TO_PATIENT:
        sent = case.messages.filter(direction=Direction.TO_PATIENT)
    last = sent.filter(author=by).order_by("-created_at").first()
    return last is not None and last.body == body.strip()


def put_back(*, case: Case, kind: DraftKind, body: str, by: User) -> None:
    """Make a sent text of a locked case a draft again, before what its author has begun since."""
    draft = TextDraft.objects.filter(case=case, author=by, kind=kind).first()
    draft = draft or TextDraft(case=case, author=by, kind=kind)
    draft.body = f"{body}\n\n{draft.body}" if draft.body else body
    draft.saved_at = timezone.now()
    draft.save()


def discard(*, case: Case, by: User, kinds: Iterable[DraftKind]) -> None:
    """End drafts: their texts were sent, or are not wanted."""
    TextDraft.objects.filter(case=case, author=by, kind__in=kinds).delete()


def of(case: Case, by: User) -> dict[DraftKind, TextDraft]:
    """Return what somebody has begun to write in a case."""
    return {DraftKind(draft.kind): draft for draft in TextDraft.objects.filter(case=case, author=by)}
