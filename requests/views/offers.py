"""The offers of clinics for one's own case: side by side, and the page on which one is chosen."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from requests import spoken
from requests.enums import AccessKind, ActorKind
from requests.models import Case, Offer
from requests.selectors import briefs, offers
from requests.selectors.cases import own_case
from requests.services import audit
from requests.services import offers as offer_services
from requests.views.cases import case_page, not_a_request, way_in


@login_not_required
@never_cache
@require_safe
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What each clinic answered, side by side."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    return _show(request, case)


def _show(request: HttpRequest, case: Case, *, has_changed: bool = False) -> HttpResponse:
    audit.record_access(case, AccessKind.OFFER, by=ActorKind.PATIENT)
    table = None if case.has_died else offers.comparison(case, get_language() or "", for_patient=True)
    chosen = next((offer for offer in table.offers if offer.chosen_at), None) if table else None
    context = {
        "heading": _("What clinics offer you"),
        "table": table,
        "chosen": chosen,
        "heard": _heard(chosen, get_language() or "") if chosen else "",
        "replaced": [] if case.has_died else offers.replaced(case),
        "may_choose": offers.may_choose(case),
        "agreed": briefs.agreed(case),
        "brief": briefs.approved(case),
        "has_changed": has_changed,
    }
    return case_page(request, "offers.html", case, status=409 if has_changed else 200, **context)


def _heard(offer: Offer, language: str) -> str:
    """Say who noted a choice, and what they heard or read; empty for one that was made on this page."""
    if offer.choice_said_on is None:
        return ""
    return spoken.in_words(
        said_on=offer.choice_said_on,
        noted_by=offer.choice_noted_by,
        stated_by=offer.choice_stated_by,
        way=offer.choice_way,
        language=language,
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def choose(request: HttpRequest, reference: str, offer: UUID) -> HttpResponse:
    """What choosing a clinic means, and the button that does it."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    row = offers.of_case(case).filter(pk=offer).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return _choose(request, case, row)
    if not offers.may_choose(case) or row not in offers.shown(case):
        return _show(request, case, has_changed=True)
    if row.chosen_at is not None:
        return redirect("requests:offers", case.reference)
    audit.record_access(case, AccessKind.OFFER, by=ActorKind.PATIENT, object_id=row.pk)
    table = offers.side_by_side(case, [row], get_language() or "")
    context: dict[str, Any] = {
        "heading": _("Choose this clinic"),
        "offer": row,
        "total": table.rows[-1].cells[0],
        "has_consent": row.clinic_id in briefs.agreed(case),
        "chosen": offers.chosen(case),
    }
    return case_page(request, "offer_choose.html", case, **context)


def _choose(request: HttpRequest, case: Case, row: Offer) -> HttpResponse:
    try:
        offer_services.choose(case=case, offer=row, by=ActorKind.PATIENT)
    except (offer_services.NotNow, offer_services.NotOffered):
        return _show(request, case, has_changed=True)
    except offer_services.NoConsent:
        messages.error(request, _("Nothing is chosen: you have taken back that this clinic sees your case."))
        return redirect("requests:choose_offer", case.reference, row.pk)
    clinic = {"clinic": f"\u2068{row.clinic.name}\u2069"}
    messages.success(request, _("You chose %(clinic)s. We write the estimate now, and tell you.") % clinic)
    return redirect("requests:offers", case.reference)
