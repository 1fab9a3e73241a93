"""Sharing the medical part of a case with a reviewer, who answers a question."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import EventKind
from requests.models import Case, CaseReview, Document, Note
from requests.permissions import can_review_cases, check_can_review_cases, check_can_work_cases
from requests.selectors.consents import check_standing
from requests.services import audit, clock, effects, form_tokens
from requests.services.audit import Actor


class ReviewRefused(Exception):
    """A case cannot be shared, or what was shared is over; the message says why."""


@transaction.atomic
def ask(
    *, case: Case, reviewer: User, question: str, by: User, form_token: str, documents: Iterable[Document] = ()
) -> CaseReview:
    """Share the medical part of a case, and some of its papers, for a question; a mail tells the reviewer.

    Of a series all images that are here go with it.
    The same form counts once.
    Raises ``ReviewRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    if not can_review_cases(reviewer):
        raise PermissionDenied(_("A case is shared with a case reviewer."))
    locked = clock.lock(case)
    check_standing(locked)
    key = form_tokens.key(locked.pk, form_token)
    if known := CaseReview.objects.filter(form_token=key).first():
        return known
    if locked.reviews.filter(reviewer=reviewer, ended_at=None).exists():
        raise ReviewRefused(_("%(reviewer)s has this case already.") % {"reviewer": reviewer})
    columns = {"reviewer": reviewer, "asked_by": by, "question": question, "form_token": key}
    review = CaseReview.objects.create(case=locked, **columns)
    images = [image for document in documents for image in Document.objects.of_series(document)]
    review.documents.set(images)
    audit.record(locked, EventKind.REVIEW_ASKED, by=by, object_id=review.pk)
    effects.add(locked, [effects.owed(locked, effects.REVIEW, review.pk, to=reviewer.pk)])
    return review


@transaction.atomic
def answer(*, review: CaseReview, body: str, by: User) -> None:
    """Answer the question with a note in the case, which ends the sharing; a mail tells who asked.

    The same words a second time change nothing. Raises ``ReviewRefused`` or ``PermissionDenied``.
    """
    check_can_review_cases(by)
    if review.reviewer_id != by.pk:
        raise PermissionDenied(_("Only the reviewer who was asked answers."))
    locked = clock.lock(review.case)
    fresh = CaseReview.objects.get(pk=review.pk)
    if fresh.ended_at:
        answers = locked.notes.filter(author=by).select_related("case")
        if any(note.body == body for note in answers):
            return
        raise ReviewRefused(_("The case is not shared with you any more, so nothing was sent."))
    note = Note.objects.create(case=locked, body=body, author=by)
    audit.record(locked, EventKind.NOTE, by=by, object_id=note.pk)
    _end(locked, fresh, by)
    effects.add(locked, [effects.owed(locked, effects.REVIEWED, note.pk, to=fresh.asked_by_id)])


@transaction.atomic
def take_back(*, review: CaseReview, by: User) -> None:
    """End the sharing; when it is over, a second click does nothing. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    locked = clock.lock(review.case)
    fresh = CaseReview.objects.get(pk=review.pk)
    if fresh.ended_at is None:
        _end(locked, fresh, by)


def end_all(locked: Case, *, by: Actor) -> None:
    """End every sharing of a locked case."""
    for review in locked.reviews.filter(ended_at=None):
        _end(locked, review, by)


def _end(locked: Case, review: CaseReview, by: Actor) -> None:
    review.ended_at = timezone.now()
    review.save(update_fields=["ended_at"])
    audit.record(locked, EventKind.REVIEW_ENDED, by=by, object_id=review.pk)
