"""Admin page on which a continuity pack is written, and its printed versions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.http.forms import new_token, read_token
from portal.core.localisation import desk_formats, formats
from requests.admin import list_place
from requests.admin.case_documents import translations
from requests.admin.case_page import back, get_case, leave, render_page
from requests.admin.continuity_draft import PackDraft, typed_in, typed_of, with_another
from requests.admin.meanwhile import Told
from requests.downloads import as_pdf, name_of_pack
from requests.enums import AccessKind
from requests.models import Case, ContinuityPack
from requests.selectors import continuity as packs
from requests.services import audit, continuity, printing
from requests.services.continuity import PackRefused, SavedMeanwhile, Typed


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the pack of a case: every button keeps the draft, "Check" shows what is missing, "Issue" issues it."""
    case = get_case(request, pk)
    try:
        continuity.check_can_be_written(case)
        if request.method == "POST":
            return _posted(request, case)
    except PackRefused as refusal:
        return _refuse(request, case, refusal)
    audit.record_access(case, AccessKind.CONTINUITY, by=request.user)  # type: ignore[arg-type]  # staff
    return _page(request, case, PackDraft(case, _begun(case)).unchecked(), is_open=True)


def _begun(case: Case) -> Typed | None:
    """Return what the page begins with: the draft, else the version that stands, else nothing."""
    if draft := packs.draft_of(case):
        return continuity.typed_in(draft)
    pack = packs.standing(case)
    return typed_of(pack) if pack else None


def _posted(request: HttpRequest, case: Case) -> HttpResponse:
    """Keep what was typed, then do what the button says; raises ``PackRefused``."""
    by: Any = request.user
    typed, group = typed_in(request.POST), request.POST.get("add", "")
    if group:
        typed = with_another(typed, group, PackDraft(case, None).paper_choices)
    try:
        saved = continuity.keep(case=case, typed=typed, seen=request.POST.get("seen", ""), by=by)
        if group:
            return _open(request, case, f"#{group}")
        if "save" not in request.POST:
            return _check(request, case, PackDraft(case, typed), packs.stamp(case, saved))
    except SavedMeanwhile:
        # A double click: the first one has issued it.
        if "issue" in request.POST and (pack := continuity.issued_by(case, _token(request))):
            return _issued(request, case, pack)
        return _page(request, case, PackDraft(case, typed).unchecked(), meanwhile=_meanwhile(request, case, typed))
    messages.success(request, _("The draft is kept. Colleagues see it too."))
    return _open(request, case)


def _check(request: HttpRequest, case: Case, draft: PackDraft, seen: str) -> HttpResponse:
    """Say what is wrong or missing, or issue the pack where the button says so; raises ``SavedMeanwhile``."""
    if draft.errors:
        return _page(request, case, draft, is_checked=True)
    content = draft.content()
    lacking = continuity.lacking(case, content)
    if lacking or "issue" not in request.POST:
        return _page(request, case, draft, lacking=lacking, is_checked=True)
    pack = continuity.issue(
        case=case,
        content=content,
        others=draft.chosen_others,
        doctor_language=draft.doctor_language,
        seen=seen,
        form_token=_token(request),
        by=request.user,  # type: ignore[arg-type]  # staff, the site made sure
    )
    return _issued(request, case, pack)


def _token(request: HttpRequest) -> str:
    return read_token(request.POST.get("form_token", ""))[0]


def _issued(request: HttpRequest, case: Case, pack: ContinuityPack) -> HttpResponse:
    told = _("The PDF and the mail to the patient follow.") if case.has_email else _("The PDF follows; no mail leaves.")
    messages.success(request, " ".join([_("Version %(version)s is issued.") % {"version": pack.version}, told]))
    return leave(request, case)


def _open(request: HttpRequest, case: Case, anchor: str = "") -> HttpResponse:
    address = reverse("admin:requests_case_continuity", args=[case.pk])
    return redirect(address + list_place.query(request) + anchor)


def _page(
    request: HttpRequest,
    case: Case,
    draft: PackDraft,
    *,
    lacking: list[str] | None = None,
    meanwhile: list[Told] | None = None,
    is_checked: bool = False,
    is_open: bool = False,
) -> HttpResponse:
    saved = packs.draft_of(case)
    sentences = [*(draft.errors if is_checked else []), *(lacking or [])]
    can_be_issued = is_checked and not sentences
    context = {
        "title": _("Continuity pack for %(reference)s") % {"reference": case.reference},
        "draft": draft,
        "papers": [(row, translations(packs.translations_of(row))) for row in draft.papers],
        "sentences": sentences,
        "warnings": _warnings(draft) if can_be_issued else [],
        "can_be_issued": can_be_issued,
        "meanwhile": meanwhile,
        "saved": saved,
        "saved_at": desk_formats.moment(saved.saved_at) if saved else "",
        "stamp": packs.stamp(case, saved),
        "form_token": new_token() if is_open else request.POST.get("form_token", ""),
        "next_version": max((pack.version for pack in packs.versions(case)), default=0) + 1,
        "patient_language": formats.language_inside(case.language, desk_formats.language()),
    }
    status = 409 if meanwhile else 422 if sentences else 200
    return render_page(request, "continuity.html", case, status=status, **context)


def _warnings(draft: PackDraft) -> list[str]:
    """Say what a pack can go without, and hardly ever should."""
    content = draft.content()
    warnings = []
    if not content.signs:
        warnings.append(_("Nothing to watch for is listed."))
    if not content.letter_ru:
        warnings.append(_("There is no letter to the doctor at home."))
    return warnings


def _meanwhile(request: HttpRequest, case: Case, typed: Typed) -> list[Told]:
    """Say who saved or issued what since the page was opened, and what theirs says otherwise."""
    saved = packs.draft_of(case)
    if saved is None:
        pack = packs.standing(case)
        who = pack.issued_by if pack else _("Somebody of the desk")
        sentence = _("%(who)s issued a version meanwhile.")
        if pack and pack.issued_by_id == request.user.pk:
            sentence = _("You issued a version meanwhile, in another window.")
        return [Told(sentence % {"who": who})]
    sentence = _("%(who)s saved this draft meanwhile.")
    if saved.saved_by_id == request.user.pk:
        sentence = _("You saved this draft meanwhile, in another window.")
    mine = PackDraft(case, typed).texts()
    theirs = PackDraft(case, continuity.typed_in(saved)).texts()
    differing = [Told(label, text) for name, (label, text) in theirs.items() if mine.get(name) != (label, text)]
    return [Told(sentence % {"who": saved.saved_by}), *differing]


def _refuse(request: HttpRequest, case: Case, refusal: PackRefused) -> HttpResponse:
    """Say why no pack is written now; what was typed can be copied."""
    typed = PackDraft(case, typed_in(request.POST)).texts() if request.method == "POST" else {}
    context = {
        "title": _("Continuity pack for %(reference)s") % {"reference": case.reference},
        "refusal": " ".join(refusal.sentences),
        "typed": [text for _label, text in typed.values()],
    }
    status = 409 if request.method == "POST" else 200
    return render_page(request, "continuity_refused.html", case, status=status, **context)


@require_safe
def pdf(request: HttpRequest, pk: UUID, version: int) -> HttpResponse:
    """A printed version."""
    case = get_case(request, pk)
    pack = get_object_or_404(ContinuityPack.objects.select_related("case"), case__in=case.whole(), version=version)
    paper = continuity.printed(pack)
    if paper is None:
        messages.info(request, _("The PDF is being printed. Open it again in a few seconds."))
        return back(request, case)
    audit.record_access(pack.case, AccessKind.CONTINUITY, by=request.user, object_id=pack.pk)  # type: ignore[arg-type]  # staff
    return as_pdf(printing.read(paper), name_of_pack(pack, "pdf"))
