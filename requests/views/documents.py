"""Papers of one's own case: what came, what is missing, and the ways to send one."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.encryption.parts import PART
from portal.core.http.forms import new_token
from portal.core.http.origins import is_cross_site
from requests.downloads import as_file, as_zip
from requests.enums import DISCHARGE, AccessKind, ActorKind
from requests.models import Case, Document
from requests.selectors import documents as papers
from requests.selectors.cases import own_case
from requests.services import audit, document_checks, documents, missing_papers
from requests.services.documents import DocumentRefused, WrongPlace
from requests.services.messages import NotARequest
from requests.upload_handlers import DocumentUploadHandler, taking
from requests.views.cases import case_page, not_a_request, way_in

_PIECE = 64 * 1024


@login_not_required
@never_cache
@csrf_exempt  # checked below, once the handler stands where the files of the form go
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The papers of a case, and the form that sends more."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    if request.method != "POST":
        return _show(request, case)
    if is_cross_site(request):
        return _show(request, case, refused=[("", _("This form was not sent from our page. Send it again here."))])
    with taking(request, case, need=_known(case, request.GET.get("need"))) as handler:
        return _send(request, case, handler)


@csrf_protect
def _send(request: HttpRequest, case: Case, handler: DocumentUploadHandler) -> HttpResponseBase:
    request.POST  # noqa: B018 – reading it is what takes the files
    number = handler.finish()
    if number:
        messages.success(
            request,
            ngettext("%(number)d paper is here.", "%(number)d papers are here.", number) % {"number": number},
        )
    if handler.refused:
        return _show(request, case, refused=handler.refused)
    if not number:
        return _show(request, case, refused=[("", _("Choose at least one file."))])
    return redirect("requests:documents", case.reference)


def _show(request: HttpRequest, case: Case, *, refused: list[tuple[str, str]] | None = None) -> HttpResponse:
    chosen = _known(case, request.GET.get("need"))
    context: dict[str, Any] = {
        **_lists(case),
        "heading": _("Your documents"),
        "chosen": {"code": chosen, "name": papers.name_of(case, chosen, get_language() or "")} if chosen else None,
        "arriving": _all(case).order_by("-created_at").arriving(),
        "refused": refused,
        "form_token": new_token(),
        "part_size": PART,
        "max_size": settings.DOCUMENT_MAX_BYTES,
    }
    return case_page(request, "documents.html", case, status=422 if refused else 200, **context)


@login_not_required
@never_cache
@require_safe
@way_in
def listed(request: HttpRequest, reference: str) -> HttpResponse:
    """The two lists of the page alone, for its script to ask how far the checks are."""
    case = own_case(request, reference)
    return render(request, "requests/_documents.html", {"case": case, **_lists(case)})


@login_not_required
@never_cache
@require_POST
@way_in
def missing(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that one does not have a paper of the checklist, or, with ``has``, that one has it after all."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    page = reverse("requests:documents", args=[case.reference])
    need = _known(case, request.POST.get("need"))
    if need in ("", DISCHARGE) or case.has_died:
        messages.error(request, _("This paper is not on your list any more."))
        return redirect(page)
    try:
        if "has" in request.POST:
            missing_papers.take_back(case=case, need=need)
        else:
            missing_papers.say(case=case, need=need)
    except DocumentRefused as refused:
        messages.info(request, str(refused))
        return redirect(page)
    return redirect(f"{page}#need-{need}")


def _lists(case: Case) -> dict[str, Any]:
    """Return what the lists of papers and of what helps show."""
    language = get_language() or ""
    here = document_checks.add_progress(papers.originals(case))
    shown = papers.listed(here)
    checklist = [] if case.has_died else papers.checklist(case, language)
    names = dict(papers.names(case, language))
    return {
        "documents": [(row, names.get(row.need, "")) for row in shown.entries],
        "waiting": [(row, names.get(row.need, "")) for row in shown.waiting],
        "disc_lists": shown.disc_lists,
        "checklist": checklist,
        "ready": sum(item.is_here for item in checklist),
        "missing": sum(item.is_missing for item in checklist),
        "is_checking": any(row.checked_at is None for row in here),
    }


def _known(case: Case, code: Any) -> str:
    """Return the code of something that papers are filed under; nothing for what is none."""
    return next((known for known, _name in papers.names(case, get_language() or "") if known == code), "")


@login_not_required
@never_cache
@require_safe
@way_in
def download(request: HttpRequest, reference: str, document: Any) -> HttpResponseBase:
    """A paper, as it was sent; a disc without its programs."""
    case = own_case(request, reference)
    row = _own(case, document)
    if not row.can_be_opened:
        messages.info(request, _why_not(row))
        return redirect("requests:documents", reference)
    audit.record_access(row.case, AccessKind.DOCUMENT, by=ActorKind.PATIENT, object_id=row.pk)
    return as_file(row)


def _why_not(row: Document) -> str:
    being_checked = _("We are checking this paper. It can be opened in a few minutes.")
    return row.refusal or row.held_back_because or being_checked


@login_not_required
@never_cache
@require_safe
@way_in
def series(request: HttpRequest, reference: str, document: Any) -> HttpResponseBase:
    """All images of a series as one ZIP."""
    case = own_case(request, reference)
    row = _own(case, document)
    if not row.series_hash:
        return redirect("requests:document", reference, row.pk)
    whole = papers.series_of(row)
    if not whole.can_be_opened:
        messages.info(request, _why_not(whole))
        return redirect("requests:documents", reference)
    audit.record_access(row.case, AccessKind.DOCUMENT, by=ActorKind.PATIENT, object_id=row.pk)
    return as_zip(whole)


@login_not_required
@never_cache
@require_POST
@way_in
def remove(request: HttpRequest, reference: str, document: Any) -> HttpResponse:
    """Take a paper back before the desk has looked at it, or one that never came whole."""
    case = own_case(request, reference)
    row = get_object_or_404(_all(case), pk=document, removed_at=None)
    if row.received_at is None:
        documents.discard(row)
        messages.success(request, _("The paper is removed."))
        return redirect("requests:documents", reference)
    try:
        documents.remove(document=row, by=ActorKind.PATIENT)
    except DocumentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The paper is removed."))
    return redirect("requests:documents", reference)


def _all(case: Case) -> Any:
    return Document.objects.filter(case__in=case.whole()).select_related("case")


def _own(case: Case, pk: Any) -> Document:
    row: Document = get_object_or_404(_all(case).here(), pk=pk)
    return row


# ── In parts ─────────────────────────────────────────────────────────────────────────────────


@login_not_required
@never_cache
@require_POST
@way_in
def begin(request: HttpRequest, reference: str) -> HttpResponse:
    """Make room for a paper that comes in parts: a JSON object with ``name``, ``size`` and ``need``."""
    case = own_case(request, reference)
    try:
        asked = json.loads(request.body)
        name, size, need = str(asked["name"]), int(asked["size"]), _known(case, asked.get("need"))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return JsonResponse({"error": _("This file cannot be read.")}, status=400)
    if size <= 0:
        return JsonResponse({"error": _("This file is empty.")}, status=422)
    try:
        document, _is_new = documents.begin(case=case, name=name.replace("\x00", ""), size=size, need=need)
    except DocumentRefused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    except NotARequest:
        return JsonResponse({"error": _("This case was not read as a request. Write to us.")}, status=422)
    return JsonResponse({"id": str(document.pk), "offset": 0}, status=201)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "PUT"])
@way_in
def parts(request: HttpRequest, reference: str, document: Any) -> HttpResponse:
    """How many bytes of a paper are here; a PUT brings the next part, from ``Upload-Offset`` on."""
    # Each part of a study asks, and what pages tell of a case takes longer to read than a part to store.
    case = own_case(request, reference, related=())
    row = get_object_or_404(Document, pk=document, removed_at=None, size__gt=0)
    # Nearly always it is this case, and each part would ask for it again, or for the others.
    if row.case_id == case.pk:
        row.case = case
    elif row.case not in case.whole():
        raise Http404
    if request.method != "PUT":
        return JsonResponse({"offset": row.offset, "done": row.received_at is not None})
    try:
        offset = int(request.headers["Upload-Offset"])
    except (KeyError, ValueError):
        return JsonResponse({"offset": row.offset}, status=400)
    # A browser that went away is no exception, its body just ends early: the length of a part says so.
    plain = _body(request, PART + 1)
    try:
        at = documents.take_part(document=row, offset=offset, plain=plain)
    except DocumentRefused as refused:
        documents.discard(row)
        return JsonResponse({"error": str(refused)}, status=422)
    except WrongPlace as wrong:
        return JsonResponse({"offset": wrong.offset}, status=409)
    return JsonResponse({"offset": at, "done": at == row.size})


def _body(request: HttpRequest, most: int) -> bytearray:
    """Return what comes, ``most`` bytes of it at the most, read in small pieces: a large one is copied on its way."""
    body = bytearray()
    while len(body) < most and (piece := request.read(min(_PIECE, most - len(body)))):
        body += piece
    return body
