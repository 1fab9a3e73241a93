"""What the desk makes of papers: looked at, judged, filed under an item of the checklist, asked for."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.localisation import desk_formats
from requests.enums import DocumentState, EventKind
from requests.models import Case, Document, Task
from requests.permissions import check_can_work_cases
from requests.selectors import documents as papers
from requests.services import audit, clock, document_tasks, form_tokens
from requests.services.documents import DocumentRefused
from requests.services.tasks import TaskRefused

S = DocumentState


def look_at(document: Document, *, by: User) -> None:
    """Note that somebody of the desk opens a paper: from then on its sender cannot take it back."""
    check_can_work_cases(by)
    Document.objects.filter(pk=document.pk, state=S.UPLOADED).update(state=S.IN_REVIEW)


def judge(
    *, document: Document, state: str, reason: str = "", due_at: datetime | None = None, by: User, form_token: str
) -> Document:
    """Say whether a paper can be used, and return it as it is then.

    One that cannot needs a ``reason``, and the patient is asked for another until ``due_at``, unless there is one
    for the same item. One that can and has a translation is translated. Raises ``DocumentRefused``,
    ``tasks.TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked, living = clock.lock_all(document.case, document.case.living)
        fresh = _fresh(document)
        if fresh.translation_of_id:
            raise DocumentRefused(_("A translation is not looked at. Delete it if it is wrong."))
        if fresh.refused:
            raise DocumentRefused(fresh.refusal)
        if state == S.REJECTED and not reason.strip():
            raise DocumentRefused(_("Say what is wrong with the paper: the patient reads it."))
        if state != S.REJECTED and fresh.has_translation:
            state = S.TRANSLATED
        if (fresh.state, fresh.reason) == (state, reason):
            return fresh
        fresh.state, fresh.reason = state, reason
        fresh.save(update_fields=["state", "reason"])
        audit.record(locked, EventKind.DOCUMENT_JUDGED, by=by, object_id=fresh.pk)
        if state != S.REJECTED:
            document_tasks.came(living, fresh, by)
        elif not (fresh.need and document_tasks.has_another(living, fresh)):
            _ask_for_another(living, fresh, due_at=due_at, by=by, form_token=form_token)
        document_tasks.finish_review(locked, by)
    return fresh


def _ask_for_another(living: Case, document: Document, *, due_at: datetime | None, by: User, form_token: str) -> None:
    document_tasks.ask(
        case=living,
        need=document.need,
        details=f"{document.name}: {document.reason}",
        due_at=due_at,
        by=by,
        form_token=form_tokens.key(form_token, document.pk),
    )


def file_as(*, document: Document, need: str, language: str, by: User) -> None:
    """Say which item of the checklist a paper is, or none, and in which language it is written.

    What asks for that item is done, and what this paper had brought by mistake is asked for again. Raises
    ``DocumentRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked, living = clock.lock_all(document.case, document.case.living)
        fresh = _fresh(document)
        if (fresh.need, fresh.language) == (need, language):
            return
        if fresh.translation_of_id and need:
            raise DocumentRefused(_("A translation goes with its original. File that."))
        before = Document(pk=fresh.pk, need=fresh.need, received_at=fresh.received_at)
        fresh.need, fresh.language = need, language
        fresh.save(update_fields=["need", "language"])
        audit.record(locked, EventKind.DOCUMENT_FILED, by=by, object_id=fresh.pk)
        if before.need != need and fresh.state != S.REJECTED:
            document_tasks.gone(living, before, by)
            document_tasks.came(living, fresh, by)


def ask_for(*, case: Case, need: str, details: str, due_at: datetime | None, by: User, form_token: str) -> Task:
    """Ask the patient for an item of the checklist, or in free words; a paper that comes for the item is the end of it.

    Raises ``tasks.TaskRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        # A double click meets the task of the first one.
        same_form = form_tokens.key(locked.pk, form_token)
        asked = papers.asked_for(locked, need).exclude(form_token=same_form).first() if need else None
        if asked is not None and asked.due_at is not None:
            day = desk_formats.moment(asked.due_at)
            raise TaskRefused(
                _("It is asked for already, until %(day)s. Withdraw that task to ask anew.") % {"day": day}
            )
        return document_tasks.ask(case=locked, need=need, details=details, due_at=due_at, by=by, form_token=form_token)


def _fresh(document: Document) -> Document:
    """Return the newest row of a paper of a locked case. Raises ``DocumentRefused`` when it was removed."""
    fresh = Document.objects.select_related("case").get(pk=document.pk)
    if fresh.removed_at is not None:
        raise DocumentRefused(_("This paper was removed meanwhile."))
    return fresh
