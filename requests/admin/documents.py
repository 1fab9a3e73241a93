"""Papers of a case at the desk: opened, looked at, added."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import second_factor
from portal.core.http.forms import new_token
from portal.core.http.origins import is_cross_site
from requests.admin.case_page import back, get_case, leave, render_page
from requests.downloads import as_file, as_zip
from requests.enums import DOCUMENT_STATES, AccessKind, DocumentState
from requests.forms.documents import JudgeForm
from requests.models import Case, Document
from requests.selectors.series import name_check, series_of
from requests.services import audit, documents
from requests.services.documents import DocumentRefused
from requests.services.tasks import TaskRefused
from requests.upload_handlers import DocumentUploadHandler, taking

# A colleague who used the second factor in the morning works until noon with it.
RECENT_SECONDS = 4 * 60 * 60


@require_safe
def download(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """A paper to be saved; that it was opened is written down first."""
    row = _of(get_case(request, pk), document)
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    if not row.can_be_opened:
        messages.warning(request, row.refusal or _("This paper is being checked. It can be opened in a few minutes."))
        return back(request, row.case)
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    documents.look_at(row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    return as_file(row)


@require_safe
def series(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """All images of a series as one ZIP to be saved; that they were opened is written down first."""
    row = _of(get_case(request, pk), document)
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    if not row.series_hash:
        raise Http404
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    documents.look_at(row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    return as_zip(series_of(row))


@require_safe
def preview(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """The picture of a paper: its first page or middle slice, made anew by us."""
    row = _of(get_case(request, pk), document)
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    if not row.preview:
        raise Http404
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    return HttpResponse(documents.read_preview(row), content_type="image/jpeg")


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Say whether a paper can be used."""
    case = get_case(request, pk)
    row = series_of(_of(case, document))
    chosen = row.state if row.state not in documents.TO_LOOK_AT else None
    form = JudgeForm(request.POST or None, initial={"state": chosen, "reason": row.reason})
    if form.is_valid():
        try:
            documents.judge(document=row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff
        except (DocumentRefused, TaskRefused) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request, _("Said of the paper: %(state)s.") % {"state": _state(form.cleaned_data["state"])}
            )
            return leave(request, case)
    context = {
        "form": form,
        "row": row,
        # The middle slice shows most.
        "shown": row.series_images[len(row.series_images) // 2],
        "name_check": name_check(row, case),
        "label": _("Look at: %(name)s") % {"name": row.title},
    }
    return render_page(request, "document.html", case, status=422 if form.errors else 200, **context)


@require_POST
def name_asked(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Note that the patient was asked about the name in the images, and that they are theirs."""
    case = get_case(request, pk)
    row = _of(case, document)
    if "is_theirs" not in request.POST:
        messages.warning(request, _("Tick the box once you have asked."))
    else:
        documents.note_name_asked(document=row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
        messages.success(request, _("Noted: they are the patient’s."))
    return redirect("admin:requests_case_judge_document", case.pk, row.pk)


def _state(state: str) -> str:
    return str(DOCUMENT_STATES[DocumentState(state)])


@require_POST
def remove(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Delete a paper: one that came by mistake, or belongs to somebody else."""
    case = get_case(request, pk)
    documents.remove(document=_of(case, document), by=request.user)  # type: ignore[arg-type]  # staff
    messages.success(request, _("The paper is deleted."))
    return leave(request, case)


@csrf_exempt  # checked below, once the handler stands where the files of the form go
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Add papers that came another way."""
    case = get_case(request, pk)
    if request.method != "POST" or is_cross_site(request):
        return _add_page(request, case, [])
    with taking(request, case, by=request.user) as handler:  # type: ignore[arg-type]  # staff, the site made sure
        return _take(request, case, handler)


@csrf_protect
def _take(request: HttpRequest, case: Case, handler: DocumentUploadHandler) -> HttpResponse:
    request.POST  # noqa: B018 – reading it is what takes the files
    number = handler.finish()
    if number:
        told = ngettext("%(number)d paper is added.", "%(number)d papers are added.", number)
        messages.success(request, told % {"number": number})
    if handler.refused or not number:
        return _add_page(request, case, handler.refused or [("", _("Choose a file."))])
    return back(request, case)


def _add_page(request: HttpRequest, case: Case, refused: list[tuple[str, str]]) -> HttpResponse:
    context = {"refused": refused, "form_token": new_token(), "label": _("Add papers")}
    return render_page(request, "add_documents.html", case, status=422 if refused else 200, **context)


def _of(case: Case, pk: UUID) -> Document:
    rows = Document.objects.here().filter(case__in=case.whole()).select_related("case", "added_by")
    row: Document = get_object_or_404(rows, pk=pk)
    return row
