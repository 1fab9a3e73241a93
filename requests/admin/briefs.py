"""The brief of a case at the desk: written in two languages, checked, sent to the patient; and which clinics are proposed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.models import Clinic
from portal.core.localisation import desk_formats
from requests.admin import list_place
from requests.admin.case_page import back, get_case, render_page
from requests.brief_content import BriefContent
from requests.enums import AccessKind
from requests.forms.briefs import BriefEditor, ClinicForm
from requests.models import Brief, Case
from requests.selectors import brief_checks, briefs
from requests.selectors.brief_document import document
from requests.services import audit, clinic_consents
from requests.services import briefs as brief_services
from requests.services.briefs import BriefChanged, BriefRefused


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the draft; without one, the versions and a button that begins the next."""
    case = get_case(request, pk)
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    brief = briefs.unfinished(case)
    if brief is not None and brief.is_draft:
        return _edit(request, case, brief)
    if request.method != "POST":
        return render_page(request, "brief.html", case, **_lists(case))
    messages.warning(
        request, _("This version is not a draft any more, so nothing was saved. Take it back to change it.")
    )
    # What was typed for a version that somebody has sent meanwhile can be copied from the page.
    if brief is None:
        return render_page(request, "brief.html", case, status=409, **_lists(case))
    editor = BriefEditor(brief, request.POST)
    return render_page(request, "brief.html", case, status=409, brief=brief, editor=editor, **_lists(case))


def _edit(request: HttpRequest, case: Case, brief: Brief) -> HttpResponse:
    editor = BriefEditor(brief, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not editor.is_valid():
        return _write(request, case, brief, editor, status=422 if request.method == "POST" else 200)
    content = editor.content(briefs.papers_of(case))
    revision = editor.form.cleaned_data["revision"]
    try:
        brief_services.save(brief=brief, content=content, revision=revision, by=request.user)  # type: ignore[arg-type]  # staff
    except BriefChanged:
        return _write(request, case, *_with_theirs(request, brief, content), status=409)
    except BriefRefused as refusal:  # sent a moment ago
        messages.error(request, str(refusal))
        return _write(request, case, brief, editor, status=409)
    messages.success(request, _("The draft is saved."))
    return _to(request, case, "brief_version", brief) if "check" in request.POST else _to(request, case, "brief")


def _with_theirs(
    request: HttpRequest, brief: Brief, content: BriefContent
) -> tuple[Brief, BriefEditor, dict[str, Any]]:
    """Return the newest draft, the page with what was typed that may be saved over it, and what differs."""
    brief.refresh_from_db()
    posted = request.POST.copy()
    posted["revision"] = str(brief.revision)
    mine = dict(brief_checks.pairs(content))
    theirs = [(name, pair) for name, pair in brief_checks.pairs(brief.content) if mine.get(name) != pair]
    conflict = {"who": brief.changed_by, "ago": desk_formats.ago(brief.changed_at), "theirs": theirs}
    return brief, BriefEditor(brief, posted), conflict


def _write(
    request: HttpRequest,
    case: Case,
    brief: Brief,
    editor: BriefEditor,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    more = {"brief": brief, "editor": editor, "conflict": conflict, **_lists(case)}
    return render_page(request, "brief.html", case, status=status, **more)


def _lists(case: Case) -> dict[str, Any]:
    agreed = briefs.agreed(case)
    proposed = [(row.clinic, agreed.get(row.clinic_id)) for row in briefs.proposals(case)]
    known = {clinic.pk for clinic, _consent in proposed}
    proposed += [(consent.clinic, consent) for pk, consent in agreed.items() if pk not in known and consent.clinic]
    return {
        "versions": list(briefs.versions(case)),
        "unfinished": briefs.unfinished(case),
        "proposed": proposed,
        "clinic_form": ClinicForm(),
    }


@require_POST
def begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a version with everything that the case says already."""
    case = get_case(request, pk)
    try:
        brief_services.begin(case=case, by=request.user)  # type: ignore[arg-type]  # staff
    except BriefRefused as refusal:
        messages.error(request, str(refusal))
        return back(request, case)
    return _to(request, case, "brief")


@require_safe
def version(request: HttpRequest, pk: UUID, brief: UUID) -> HttpResponse:
    """A version as clinics read it; of a draft what has to be put right, and the button that sends it."""
    case = get_case(request, pk)
    return _show(request, case, _of(case, brief))


def _show(request: HttpRequest, case: Case, row: Brief, status: int = 200) -> HttpResponse:
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    checks: dict[str, Any] = {}
    if row.is_draft:
        content = row.content
        checks = {
            "lacking": brief_checks.lacking(content),
            "identifying": brief_checks.identifying(content, case),
            "names": brief_checks.names(content, case),
        }
        checks["can_send"] = not checks["lacking"] and not checks["identifying"]
    shown = {"brief": row, "document": document(row), **checks}
    return render_page(request, "brief_version.html", case, status=status, **shown)


@require_POST
def send(request: HttpRequest, pk: UUID, brief: UUID) -> HttpResponse:
    """Ask the patient to approve a draft."""
    case = get_case(request, pk)
    row = _of(case, brief)
    revision = request.POST.get("revision", "")
    names = request.POST.getlist("name") if "names_read" in request.POST else []
    try:
        brief_services.send(
            brief=row,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
            names_read=names,
            by=request.user,  # type: ignore[arg-type]  # staff
        )
    except BriefChanged:
        messages.warning(
            request, _("The draft has changed since you opened this page. Read it again before you send it.")
        )
        return _to(request, case, "brief_version", row)
    except BriefRefused as refusal:
        messages.error(request, str(refusal))
        return _show(request, case, row, status=422)
    sentences = [
        _("The patient reads the summary on her page and approves it, or says what is wrong."),
        _("A mail tells her.") if case.has_email else _("No mail leaves: the case has no e-mail address."),
    ]
    messages.success(request, " ".join(sentences))
    return back(request, case)


@require_POST
def take_back(request: HttpRequest, pk: UUID, brief: UUID) -> HttpResponse:
    """Take back a version that waits for the patient, to change it."""
    case = get_case(request, pk)
    try:
        brief_services.take_back(brief=_of(case, brief), by=request.user)  # type: ignore[arg-type]  # staff
    except BriefRefused as refusal:
        messages.error(request, str(refusal))
    return _to(request, case, "brief")


@require_POST
def clinics(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose a clinic to the patient, or, with ``take_back``, propose it no more."""
    case = get_case(request, pk)
    by: Any = request.user  # staff, the site made sure
    slug = request.POST.get("take_back")
    if slug:
        clinic_consents.take_back(case=case, clinic=get_object_or_404(Clinic, slug=slug), by=by)
        messages.success(request, _("The clinic is not proposed any more."))
        return _to(request, case, "brief")
    form = ClinicForm(request.POST)
    if form.is_valid():
        clinic = form.cleaned_data["clinic"]
        clinic_consents.propose(case=case, clinic=clinic, by=by)
        messages.success(
            request, _("%(clinic)s is proposed: the patient says yes or no on her page.") % {"clinic": clinic}
        )
    else:
        messages.error(request, " ".join(map(str, form.errors["clinic"])))
    return _to(request, case, "brief")


def _of(case: Case, brief: UUID) -> Brief:
    row: Brief = get_object_or_404(briefs.versions(case), pk=brief)
    return row


def _to(request: HttpRequest, case: Case, page: str, *rows: Brief) -> HttpResponse:
    address = reverse(f"admin:requests_case_{page}", args=[case.pk, *(row.pk for row in rows)])
    return redirect(address + list_place.query(request))
