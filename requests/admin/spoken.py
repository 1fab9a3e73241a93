"""Admin pages that note a yes that was said: to a brief that was read out, to a clinic, to an offer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from clinics.models import Clinic
from portal.core.worktime import team_today
from requests import consents
from requests.admin import list_place
from requests.admin.case_page import get_case, leave, render_page
from requests.enums import AccessKind, Purpose
from requests.forms.spoken import SpokenChoiceForm, SpokenYesForm
from requests.models import Case, Offer
from requests.selectors import briefs, offers
from requests.selectors.brief_document import document
from requests.services import audit, clinic_consents, facts, patients
from requests.services import briefs as brief_services
from requests.services import offers as offer_services

BRIEF_LEAD = pgettext_lazy(
    "desk", "Read the whole summary out to the patient first. Your name is kept with this, and she sees it."
)
CLINIC_LEAD = pgettext_lazy(
    "desk", "Read these words out to the patient first. Your name is kept with this, and she sees it."
)
CHOICE_LEAD = pgettext_lazy(
    "desk",
    "It means the same as her own choice: the case has this clinic, and we build the estimate. She sees your note.",
)
NOT_AGREED = pgettext_lazy(
    "desk", "Somebody else wrote, and the patient has not agreed yet. Note that first, beside the patient."
)


@require_http_methods(["GET", "HEAD", "POST"])
def note_approval(request: HttpRequest, pk: UUID, brief: UUID) -> HttpResponse:
    """Note who approved a brief that was read out, how and on which day."""
    case = get_case(request, pk)
    row = get_object_or_404(briefs.versions(case), pk=brief)
    form = _form(request, row.content.sha256)
    if form.is_valid():
        by, read = request.user, form.cleaned_data["seen"]
        try:
            brief_services.note_approval(brief=row, read=read, by=by, **form.how())  # type: ignore[arg-type]  # staff
        except patients.NotAgreed:
            form.add_error("stated_by", str(NOT_AGREED))
        except brief_services.BriefRefused as refused:
            form.add_error("said_on", str(refused))
        except brief_services.BriefChanged:
            form.add_error("said_on", pgettext("desk", "This version does not wait for the patient now."))
        else:
            messages.success(request, pgettext("desk", "It is noted that the patient approves the brief."))
            return leave(request, case)
    label = pgettext("desk", "Note that the patient approves version %(version)s") % {"version": row.number}
    return _page(request, case, form, label=label, lead=BRIEF_LEAD, document=document(row))


@require_http_methods(["GET", "HEAD", "POST"])
def note_clinic(request: HttpRequest, pk: UUID, clinic: str) -> HttpResponse:
    """Note who agreed that a clinic sees the case, how and on which day."""
    case = get_case(request, pk)
    row = get_object_or_404(Clinic, slug=clinic)
    words = consents.current(Purpose.CLINIC, case.language)
    form = _form(request, words.sha256)
    if form.is_valid() and form.cleaned_data["seen"] != words.sha256:
        form.add_error("said_on", pgettext("desk", "The words of the consent have changed. Open this page again."))
    if form.is_valid():
        by = request.user
        try:
            clinic_consents.note(case=case, clinic=row, language=case.language, by=by, **form.how())  # type: ignore[arg-type]  # staff
        except patients.NotAgreed:
            form.add_error("stated_by", str(NOT_AGREED))
        except clinic_consents.DayRefused:
            form.add_error(
                "said_on", pgettext("desk", "Enter a day between the one on which it was proposed and today.")
            )
        except clinic_consents.NotProposed:
            form.add_error("said_on", pgettext("desk", "This clinic is not proposed to the patient now."))
        else:
            messages.success(request, pgettext("desk", "It is noted that this clinic may see the case."))
            return leave(request, case)
    label = pgettext("desk", "Note that the patient agrees to %(clinic)s") % {"clinic": row}
    return _page(request, case, form, label=label, lead=CLINIC_LEAD, words=words)


@require_http_methods(["GET", "HEAD", "POST"])
def note_choice(request: HttpRequest, pk: UUID, offer: UUID) -> HttpResponse:
    """Note who chose an offer, how and on which day."""
    case = get_case(request, pk)
    row = get_object_or_404(offers.of_case(case), pk=offer)
    audit.record_access(case, AccessKind.OFFER, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    chosen = offers.chosen(case)
    initial = {"seen": str(chosen.pk) if chosen else "", "said_on": team_today()}
    form = SpokenChoiceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _noted(request, case, row, form):
        messages.success(
            request, pgettext("desk", "It is noted that the patient chose %(clinic)s.") % {"clinic": row.clinic}
        )
        return redirect(reverse("admin:requests_case_offers", args=[case.pk]) + list_place.query(request))
    context = {
        "label": pgettext("desk", "Note that the patient chose %(clinic)s") % {"clinic": row.clinic},
        "lead": CHOICE_LEAD,
        "table": offers.side_by_side(case, [row], get_language() or ""),
        "before": chosen if chosen and chosen.pk != row.pk else None,
    }
    return _page(request, case, form, **context)


def _noted(request: HttpRequest, case: Case, row: Offer, form: SpokenChoiceForm) -> bool:
    """Note the choice, or say in the form why not; what was typed stays."""
    by: Any = request.user  # staff, the site made sure
    try:
        offer_services.note_choice(case=case, offer=row, by=by, **form.how())
    except offer_services.ChoiceChanged as changed:
        # Asked once more, it is meant.
        form.data = {**form.data.dict(), "seen": str(changed.offer.pk) if changed.offer else ""}  # type: ignore[attr-defined]  # posted
        sentence = pgettext(
            "desk", "Meanwhile %(clinic)s was chosen. Nothing is noted yet: send it again if this is her last word."
        )
        nothing = pgettext(
            "desk",
            "Meanwhile the choice of before ended. Nothing is noted yet: send it again if this is her last word.",
        )
        form.add_error(None, sentence % {"clinic": changed.offer.clinic} if changed.offer else nothing)
    except offer_services.NotNow:
        form.add_error(None, pgettext("desk", "No offer is chosen now: the case has ended, or an estimate is issued."))
    except offer_services.NotOffered:
        form.add_error(
            None,
            pgettext(
                "desk", "The patient does not see this offer: it is not shown, or a newer one of the clinic came."
            ),
        )
    except offer_services.NoConsent:
        form.add_error(
            None,
            pgettext(
                "desk",
                "The patient has taken back that this clinic sees the case. She cannot choose it until she agrees again.",
            ),
        )
    except (offer_services.OfferRefused, facts.CorrectionRefused) as refusal:
        form.add_error("said_on", str(refusal))
    else:
        return True
    return False


def _form(request: HttpRequest, seen: str) -> SpokenYesForm:
    posted = request.POST if request.method == "POST" else None
    return SpokenYesForm(posted, initial={"seen": seen, "said_on": team_today()})


def _page(request: HttpRequest, case: Case, form: SpokenYesForm, **context: object) -> HttpResponse:
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    status = 422 if form.errors else 200
    return render_page(request, "spoken.html", case, status=status, form=form, **context)
