"""PDFs of one's own case that a worker prints."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from requests import downloads
from requests.enums import AccessKind, ActorKind, PrintedKind
from requests.models import Case
from requests.services import audit, printing

# Seconds after which the page that waits for a PDF asks again.
AGAIN_IN = 3


def show(
    request: HttpRequest,
    case: Case,
    kind: PrintedKind,
    *,
    name: str,
    heading: str,
    object_id: UUID | None = None,
    language: str = "",
) -> HttpResponse:
    """Return a PDF of one's own case in a ``language``, else in that of the page, to be saved as ``name``.

    While it is printed, for the first time or anew, there is a page with this heading that asks again by itself.
    """
    language = language or get_language() or settings.LANGUAGE_CODE
    paper = printing.ready_or_owed(case, kind, language=language, object_id=object_id)
    if paper is None:
        return waiting(request, case, heading=heading)
    audit.record_access(case, AccessKind.PRINTED, by=ActorKind.PATIENT, object_id=paper.pk)
    return downloads.as_pdf(printing.read(paper), name)


def waiting(request: HttpRequest, case: Case, *, heading: str) -> HttpResponse:
    """Say that a PDF is being printed, on a page that asks again by itself."""
    response = render(request, "requests/printing.html", {"case": case, "heading": heading}, status=202)
    # A header, because a reader of the page cannot stop what its head says.
    response["Refresh"] = str(AGAIN_IN)
    return response
