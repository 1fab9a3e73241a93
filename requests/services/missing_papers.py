"""Papers of the checklist that a patient does not have."""

from django.db import transaction
from django.utils.translation import gettext as _

from requests.enums import ActorKind, DocumentState, EventKind
from requests.models import Case, Document, MissingPaper
from requests.services import audit, clock
from requests.services.documents import DocumentRefused


def say(*, case: Case, need: str) -> None:
    """Note that the patient does not have the paper for an item; said twice, it counts once.

    Raises ``DocumentRefused`` when the paper is here.
    """
    with transaction.atomic():
        locked = clock.lock(case)
        whole = locked.whole()
        papers = Document.objects.here().filter(case__in=whole, need=need)
        if papers.exclude(state=DocumentState.REJECTED).exists():
            raise DocumentRefused(_("This paper is here already."))
        if MissingPaper.objects.filter(case__in=whole, need=need).exists():
            return
        row = MissingPaper.objects.create(case=locked, need=need)
        audit.record(locked, EventKind.PAPER_MISSING, by=ActorKind.PATIENT, object_id=row.pk)


def take_back(*, case: Case, need: str) -> None:
    """Note that the patient has the paper for an item after all."""
    with transaction.atomic():
        locked = clock.lock(case)
        for row in MissingPaper.objects.filter(case__in=locked.whole(), need=need):
            audit.record(locked, EventKind.PAPER_NOT_MISSING, by=ActorKind.PATIENT, object_id=row.pk)
            row.delete()
