"""What the desk makes of papers: looked at, judged, filed under an item of the checklist, asked for."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.core.localisation import desk_formats
from requests.enums import DocumentState, EventKind
from requests.models import Case, Document, Task
from requests.models.documents import series_in
from requests.permissions import check_can_work_cases
from requests.selectors import documents as papers
from requests.services import audit, clock, document_tasks, form_tokens
from requests.services.documents import IMAGES_ARE_NOT_TRANSLATED, DocumentRefused
from requests.services.tasks import TaskRefused

S = DocumentState


def look_at(document: Document, *, by: User) -> None:
    """Note that somebody of the desk opens a paper, or a series: from then on its sender cannot take it back."""
    check_can_work_cases(by)
    images = Document.objects.of_series(document).order_by().values("pk")
    Document.objects.filter(pk__in=images, state=S.UPLOADED).update(state=S.IN_REVIEW)


def judge(
    *, document: Document, state: str, reason: str = "", due_at: datetime | None = None, by: User, form_token: str
) -> Document:
    """Say whether a paper can be used, and return it as it is then.

    One that cannot needs a ``reason``, and the patient is asked for another until ``due_at``, unless there is one
    for the same item. One that can and has a translation is translated. Of a series it is said of every image. Raises
    ``DocumentRefused``, ``tasks.TaskRefused`` or ``PermissionDenied``.
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
        if state == S.TRANSLATION_NEEDED and fresh.series_hash:
            raise DocumentRefused(IMAGES_ARE_NOT_TRANSLATED)
        if state != S.REJECTED and fresh.has_translation:
            state = S.TRANSLATED
        images = list(Document.objects.of_series(fresh).select_related("case"))
        if all((image.state, image.reason) == (state, reason) for image in images):
            return fresh
        _say(images, state, reason)
        entry = series_in(images)[0]
        audit.record(locked, EventKind.DOCUMENT_JUDGED, by=by, object_id=fresh.pk)
        if state != S.REJECTED:
            document_tasks.came(living, entry, by)
        elif not (entry.need and document_tasks.has_another(living, entry)):
            _ask_for_another(living, entry, due_at=due_at, by=by, form_token=form_token)
        document_tasks.finish_review(locked, by)
    return entry


def _say(images: list[Document], state: str, reason: str) -> None:
    """Keep a verdict on every image."""
    Document.objects.filter(pk__in=[image.pk for image in images]).update(state=state)
    for image in images:
        image.state = state
        if image.reason != reason:
            image.reason = reason
            image.save(update_fields=["reason"])


def _ask_for_another(living: Case, document: Document, *, due_at: datetime | None, by: User, form_token: str) -> None:
    with override(living.language):  # the patient reads it
        title = document.title
    document_tasks.ask(
        case=living,
        need=document.need,
        details=f"{title}: {document.reason}",
        due_at=due_at,
        by=by,
        form_token=form_tokens.key(form_token, document.pk),
    )


def file_as(*, document: Document, need: str, language: str, by: User) -> None:
    """Say which item of the checklist a paper or a series is, or none, and in which language it is written.

    What asks for that item is done, and what this paper had brought by mistake is asked for again. Raises
    ``DocumentRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked, living = clock.lock_all(document.case, document.case.living)
        fresh = _fresh(document)
        images = Document.objects.of_series(fresh)
        filed = set(images.order_by().values_list("need", "language"))
        if filed == {(need, language)}:
            return
        if fresh.translation_of_id and need:
            raise DocumentRefused(_("A translation goes with its original. File that."))
        # What asked for a series was done when its first image came.
        came_at = images.aggregate(first=Min("received_at"))["first"]
        images.order_by().update(need=need, language=language)
        fresh.need = need
        audit.record(locked, EventKind.DOCUMENT_FILED, by=by, object_id=fresh.pk)
        before = {code for code, _language in filed} - {need}
        if before and fresh.state != S.REJECTED:
            for code in before:
                document_tasks.gone(living, Document(pk=fresh.pk, need=code, received_at=came_at), by)
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


def note_name_asked(*, document: Document, by: User) -> None:
    """Note that a colleague asked about the name in the images, which is another, and that they are the patient's."""
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(document.case)
        images = Document.objects.of_series(document).order_by().values("pk")
        to_note = Document.objects.filter(pk__in=images, name_asked_at=None)
        if to_note.update(name_asked_by=by, name_asked_at=timezone.now()):
            audit.record(locked, EventKind.NAME_ASKED, by=by, object_id=document.pk)


def _fresh(document: Document) -> Document:
    """Return the newest row of a paper of a locked case. Raises ``DocumentRefused`` when it was removed."""
    fresh = Document.objects.select_related("case").get(pk=document.pk)
    if fresh.removed_at is not None:
        raise DocumentRefused(_("This paper was removed meanwhile."))
    return fresh
