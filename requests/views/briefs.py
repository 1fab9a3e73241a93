"""The brief on one's own case: read in two languages, approved or returned; and which clinics may see the case."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinics.models import Clinic
from portal.core.http.forms import FROM_LANGUAGE
from requests import consents, spoken
from requests.enums import Purpose
from requests.forms.cases import WrongBriefForm
from requests.models import Brief, Case, Consent
from requests.selectors import briefs
from requests.selectors.brief_document import document
from requests.selectors.cases import own_case
from requests.services import briefs as brief_services
from requests.services import clinic_consents, patients
from requests.services.messages import NotARequest
from requests.services.tasks import PATIENT
from requests.views.cases import case_page, not_a_request, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The brief that waits to be approved, or the approved one, with its two buttons."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case, typed=request.POST.get("body", ""))
    if "approve" in request.POST:
        return _approve(request, case)
    form = WrongBriefForm(request.POST or None)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        return _give_back(request, case, form)
    if "body" in request.POST and briefs.for_patient(case) is None:
        # The page has no form any more; that of the messages takes the words.
        return redirect("requests:messages", reference, preserve_request=True)
    return _show(request, case, form)


def _approve(request: HttpRequest, case: Case) -> HttpResponse:
    brief = _read(case, request)
    try:
        if brief is not None:
            brief_services.approve(brief=brief, read=request.POST.get("read", ""))
    except brief_services.BriefChanged:
        brief = None
    except patients.NotAgreed:  # the page says so itself
        return _show(request, case, WrongBriefForm(), is_refused=True)
    if brief is None:
        return _show(request, case, WrongBriefForm(), has_changed=True)
    messages.success(request, _("Thank you. Your summary is approved."))
    return redirect("requests:brief", case.reference)


def _give_back(request: HttpRequest, case: Case, form: WrongBriefForm) -> HttpResponse:
    brief = _read(case, request) or briefs.for_patient(case)
    if brief is None:
        return redirect("requests:messages", case.reference, preserve_request=True)
    try:
        brief_services.give_back(brief=brief, **form.cleaned_data, language=get_language() or "")
    except NotARequest:
        return not_a_request(request, case, typed=form.cleaned_data["body"])
    messages.success(request, _("We have it. We correct your summary and ask you to read it again."))
    return redirect(case)


def _read(case: Case, request: HttpRequest) -> Brief | None:
    """Return the version that a page showed."""
    try:
        key = UUID(request.POST.get("brief", ""))
    except ValueError:
        return None
    return briefs.versions(case).filter(pk=key).first()


def _show(
    request: HttpRequest, case: Case, form: WrongBriefForm, *, has_changed: bool = False, is_refused: bool = False
) -> HttpResponse:
    brief = None if case.has_died else briefs.for_patient(case)
    language = get_language() or ""
    agreed = briefs.agreed(case)
    has_agreed = patients.has_agreed(case)
    proposed = [row.clinic for row in briefs.proposals(case)]
    # What she agreed to stays hers to take back when nobody proposes it any more.
    known = {clinic.pk for clinic in proposed}
    others = [consent.clinic for pk, consent in agreed.items() if pk not in known and consent.clinic]
    context = {
        "heading": _("Your medical summary"),
        "brief": brief,
        "document": document(brief) if brief else None,
        "read": brief.content.sha256 if brief else "",
        "has_changed": has_changed,
        "has_agreed": has_agreed,
        "asks_patient": not has_agreed and case.tasks.open().filter(kind__code=PATIENT).exists(),
        "heard": _heard_approval(brief, language) if brief else "",
        "clinics": [
            (clinic, (consent := agreed.get(clinic.pk)), _heard(consent, language)) for clinic in [*proposed, *others]
        ],
        "consent_text": consents.current(Purpose.CLINIC, language),
        "form": form,
        "language_form": "words-form" if brief and brief.is_sent else None,
    }
    status = 409 if has_changed or is_refused else 422 if form.is_bound and form.errors else 200
    return case_page(request, "brief.html", case, status=status, **context)


def _heard_approval(brief: Brief, language: str) -> str:
    """Say who noted an approval, and what they heard; empty for one that was given on this page."""
    if brief.approval_said_on is None:
        return ""
    return spoken.in_words(
        said_on=brief.approval_said_on,
        noted_by=brief.approval_noted_by,
        stated_by=brief.approval_stated_by,
        way=brief.approval_way,
        language=language,
    )


def _heard(consent: Consent | None, language: str) -> str:
    """Say who noted a consent, and what they heard; empty for one that was given on this page."""
    if consent is None or consent.said_on is None:
        return ""
    return spoken.in_words(
        said_on=consent.said_on,
        noted_by=consent.heard_by,
        stated_by=consent.stated_by,
        way=consent.way,
        language=language,
    )


@login_not_required
@never_cache
@require_POST
@way_in
def clinic(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Agree that a clinic sees the case, or, with ``withdraw``, take that back."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    row = get_object_or_404(Clinic, slug=slug)
    if "withdraw" in request.POST:
        clinic_consents.withdraw(case=case, clinic=row)
        messages.success(request, _("This clinic gets nothing more of your case."))
        return redirect("requests:brief", case.reference)
    language = get_language() or ""
    if request.POST.get("text") != consents.current(Purpose.CLINIC, language).sha256:
        messages.error(request, _("The words of the consent have changed. Read them and choose again."))
        return redirect("requests:brief", case.reference)
    try:
        clinic_consents.allow(case=case, clinic=row, language=language)
    except clinic_consents.NotProposed:
        messages.info(request, _("This clinic is not proposed to you any more."))
    except patients.NotAgreed:
        messages.error(request, _("Nothing is noted: the patient has not agreed yet."))
    else:
        messages.success(request, _("We have noted that this clinic may see your case."))
    return redirect("requests:brief", case.reference)
