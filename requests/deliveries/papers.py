"""What is printed of a case, and the checks of its papers."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.delivery import long_work, outbox
from portal.core.models import OutboxItem
from requests.deliveries.base import handles
from requests.models import Document, Erasure, Estimate, PrintedPaper
from requests.pdf.estimates import render
from requests.services import document_checks, effects, erasing, estimates, printing, virus_scans


@handles(effects.ESTIMATE_PDF, _("Estimate printed as PDF"))
def estimate_pdf(item: OutboxItem) -> None:
    """Print an estimate; recording it owes the patient a mail."""
    estimate = Estimate.objects.select_related("case").prefetch_related("lines").get(pk=item.object_id)
    # A row is handed out again when a worker dies before it says that it is done.
    if not estimate.pdf_name:
        estimates.record_pdf(estimate=estimate, pdf=render(estimate))


@handles(effects.CASE_PDF, _("PDF of a case printed"))
def case_pdf(item: OutboxItem) -> None:
    """Print what is owed of a case; nothing to do when another worker was quicker."""
    paper = PrintedPaper.objects.select_related("case").filter(pk=item.object_id).first()
    if paper is not None:
        printing.fulfil(paper)


@handles(effects.ERASURE_FILES, _("Files of an erased case deleted"))
def erasure_files(item: OutboxItem) -> None:
    """Delete what is left in the store of an erased case; it goes on where it was."""
    erasing.delete_files(Erasure.objects.get(pk=item.object_id))


def _killed_its_workers(item: OutboxItem) -> None:
    """Leave a paper to a person of which one worker after the other died."""
    document = Document.objects.here().select_related("case").filter(pk=item.object_id).first()
    if document is not None:
        document_checks.leave_to_a_person(document)


@long_work.handles(
    effects.CHECK_DOCUMENT,
    label=_("Paper checked"),
    on_refused=_killed_its_workers,
    case_list="admin:requests_case_changelist",
)
def check_document(item: OutboxItem, work: long_work.Work) -> None:
    """Check a paper that came whole; one that is gone by now, or checked, is nothing to do."""
    document = Document.objects.here().select_related("case").filter(pk=item.object_id, checked_at=None).first()
    if document is not None:
        document_checks.check(document, work)


@long_work.handles(
    effects.SCAN_DOCUMENT, label=_("Paper checked for viruses"), case_list="admin:requests_case_changelist"
)
def scan_document(item: OutboxItem, work: long_work.Work) -> None:
    """Ask the virus scanner about a paper; nothing to do for one that is gone by now, or scanned.

    Where there is no scanner any more, nobody waits for it: the beat task asks again when there is one.
    """
    if settings.CLAMD is None:
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    document = Document.objects.unscanned().select_related("case").filter(pk=item.object_id).first()
    if document is not None:
        virus_scans.scan(document, work)
