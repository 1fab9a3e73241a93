"""Papers of a case at the desk: opened, looked at, filed, added, translated, asked for."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import second_factor
from portal.core.http.forms import new_token
from portal.core.http.origins import is_cross_site
from portal.core.inspection import Refused
from requests import downloads
from requests.admin import case_documents, list_place, tasks
from requests.admin.case_page import back, get_case, leave, render_page
from requests.downloads import as_file, as_zip
from requests.enums import DOCUMENT_STATES, AccessKind, DocumentState
from requests.forms.documents import AskPaperForm, FilingForm, JudgeForm, ReleaseForm, TranslationForm
from requests.models import Case, Document
from requests.selectors.brief_checks import known_names
from requests.selectors.documents import IMAGES, READY, name_check, series_of
from requests.services import audit, document_checks, document_review, documents, virus_scans
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
        messages.warning(request, row.refusal or _why_not(row))
        return back(request, row.case)
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    document_review.look_at(row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    return as_file(row)


def _why_not(row: Document) -> str:
    if row.checked_at is None or not row.is_held_back:
        return _("This paper is being checked. It can be opened in a few minutes.")
    return row.scan_in_words


@require_safe
def series(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """All images of a series as one ZIP to be saved; that they were opened is written down first."""
    row = _of(get_case(request, pk), document)
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    if not row.series_hash:
        raise Http404
    whole = series_of(row)
    if not whole.can_be_opened:
        messages.warning(request, _why_not(whole))
        return back(request, row.case)
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    document_review.look_at(row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    return as_zip(whole)


@require_safe
def for_clinics(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """Medical images as a clinic gets them, to be saved; that they were opened is written down first."""
    row = series_of(_of(get_case(request, pk), document))
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    if row.kind not in IMAGES:
        raise Http404
    if not row.can_be_opened:
        messages.warning(request, _why_not(row))
        return back(request, row.case)
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    try:
        return downloads.for_clinics(row, names=known_names(row.case))
    except Refused:
        messages.warning(request, _("The name cannot be taken out of this file. Do not send it to a clinic."))
        return back(request, row.case)


@require_safe
def preview(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """The picture of a paper: its first page or middle slice, made anew by us."""
    row = _of(get_case(request, pk), document)
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    return as_picture(request, row)


def as_picture(request: HttpRequest, row: Document) -> HttpResponse:
    """Return the picture of a paper; that it was seen is written down first."""
    if not row.preview:
        raise Http404
    audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    return HttpResponse(document_checks.read_preview(row), content_type="image/jpeg")


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """The page of a paper: whether it can be used, what it is, its translations."""
    case = get_case(request, pk)
    row = series_of(_of(case, document))
    form = JudgeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("state", "reason", "form_token")}
        try:
            row = document_review.judge(document=row, due_at=form.cleaned_data["due_on"], by=request.user, **said)  # type: ignore[arg-type]  # staff
        except (DocumentRefused, TaskRefused) as refused:
            messages.error(request, str(refused))
        else:
            state = DOCUMENT_STATES[DocumentState(row.state)]
            messages.success(request, _("Said of the paper: %(state)s.") % {"state": state})
            return leave(request, case)
    return _page_of(request, case, row, form)


def _page_of(
    request: HttpRequest, case: Case, row: Document, form: JudgeForm, release_form: ReleaseForm | None = None
) -> HttpResponse:
    is_wrong = form.errors or (release_form is not None and release_form.errors)
    context = {
        "form": form,
        "release_form": release_form or ReleaseForm(prefix="release"),
        "row": row,
        "name_check": name_check(row, case),
        "is_image": row.kind in IMAGES,
        "burned_in": row.found.get("burned_in", ""),
        "state": DOCUMENT_STATES[DocumentState(row.state)],
        "tone": case_documents.TONES.get(DocumentState(row.state), "info"),
        "can_be_accepted": not row.translation_of_id and row.state not in READY,
        "needs_no_translation": bool(row.series_hash)
        or row.state in (DocumentState.TRANSLATION_NEEDED, DocumentState.TRANSLATED),
        "translations": case_documents.translations(row.translations.here().filter(refused="").select_related("case")),
        "filing": FilingForm(case, initial={"need": row.need, "language": row.language}),
        "label": row.title,
    }
    return render_page(request, "document.html", case, status=422 if is_wrong else 200, **context)


@require_POST
def release(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Let a paper be opened that the virus scanner cannot vouch for."""
    case = get_case(request, pk)
    row = _of(case, document)
    form = ReleaseForm(request.POST, prefix="release")
    if not form.is_valid():
        return _page_of(request, case, row, JudgeForm(), form)
    try:
        virus_scans.release(document=row, reason=form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]  # staff
    except virus_scans.ReleaseRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The paper is released: it can be opened now."))
    return _judge_page(request, case, row)


@require_POST
def name_asked(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Note that the patient was asked about the name in the images, and that they are theirs."""
    case = get_case(request, pk)
    row = _of(case, document)
    if "is_theirs" not in request.POST:
        messages.warning(request, _("Tick the box once you have asked."))
    else:
        document_review.note_name_asked(document=row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
        messages.success(request, _("Noted: they are the patient’s."))
    return _judge_page(request, case, row)


@require_POST
def file_as(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Say what a paper is, and in which language it is written."""
    case = get_case(request, pk)
    row = _of(case, document)
    form = FilingForm(case, request.POST)
    if not form.is_valid():
        messages.error(request, _("Select what the paper is, of the list."))
    else:
        try:
            document_review.file_as(document=row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff
        except DocumentRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Filed."))
    return _judge_page(request, case, row)


def _judge_page(request: HttpRequest, case: Case, row: Document) -> HttpResponse:
    address = reverse("admin:requests_case_judge_document", args=[case.pk, row.pk])
    return redirect(address + list_place.query(request))


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the patient for a paper."""
    case = get_case(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = AskPaperForm(case, posted, initial={"need": request.GET.get("need", "")})
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("need", "details", "form_token")}
        try:
            document_review.ask_for(case=case, due_at=form.cleaned_data["due_on"], by=request.user, **words)  # type: ignore[arg-type]  # staff
        except TaskRefused as refused:
            messages.error(request, str(refused))
        else:
            told = [_("The patient gets a mail with a link.")] if case.has_email else []
            messages.success(request, " ".join([_("The patient is asked for it."), *told]))
            return back(request, case)
    return tasks.form_page(request, case, form, _("Ask for a paper"))


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
    form = FilingForm(case, initial={"need": request.GET.get("need", "")})
    if request.method != "POST" or is_cross_site(request):
        return _add_page(request, case, form, [])
    with taking(request, case, by=request.user) as handler:  # type: ignore[arg-type]  # staff, the site made sure
        return _take(request, case, handler)


@csrf_exempt  # checked below, once the handler stands where the files of the form go
@require_http_methods(["GET", "HEAD", "POST"])
def translate(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """Add a translation to its original."""
    case = get_case(request, pk)
    row = _of(case, document)
    if request.method != "POST" or is_cross_site(request):
        return _add_page(request, case, TranslationForm(), [], row)
    with taking(request, row.case, by=request.user, translation_of=row) as handler:  # type: ignore[arg-type]  # staff
        return _take(request, case, handler, row)


@csrf_protect
def _take(
    request: HttpRequest, case: Case, handler: DocumentUploadHandler, original: Document | None = None
) -> HttpResponse:
    # Reading the form is what takes the files.
    form = TranslationForm(request.POST) if original is not None else FilingForm(case, request.POST)
    number = handler.finish()
    if form.is_valid():
        said = {"need": "", **form.cleaned_data}
        # One of them that the same form has brought already is discarded.
        for document in [document for document, _token in handler.came if document.received_at is not None]:
            document_review.file_as(document=document, by=request.user, **said)  # type: ignore[arg-type]  # staff
    if number:
        told = ngettext("%(number)d paper is added.", "%(number)d papers are added.", number)
        messages.success(request, told % {"number": number})
    if handler.refused or not number:
        return _add_page(request, case, form, handler.refused or [("", _("Choose a file."))], original)
    return back(request, case)


def _add_page(
    request: HttpRequest, case: Case, form: Form, refused: list[tuple[str, str]], original: Document | None = None
) -> HttpResponse:
    label = _("Add papers") if original is None else _("Translation of: %(name)s") % {"name": original.name}
    context = {"form": form, "refused": refused, "form_token": new_token(), "label": label, "original": original}
    return render_page(request, "add_documents.html", case, status=422 if refused else 200, **context)


def _of(case: Case, pk: UUID) -> Document:
    rows = Document.objects.here().filter(case__in=case.whole())
    rows = rows.select_related("case__merged_into", "added_by", "released_by", "translation_of__case")
    row: Document = get_object_or_404(rows, pk=pk)
    return row
