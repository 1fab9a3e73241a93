"""Pages on which a patient takes a consent back, reading first what that does, and gives it again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinics.models import Clinic
from portal.core.http.forms import FROM_LANGUAGE
from requests.enums import ActorKind, Purpose
from requests.forms.consents import ConsentAgainForm
from requests.models import Case
from requests.selectors import consents as selectors
from requests.selectors.cases import own_case
from requests.services import consents
from requests.views.cases import case_page, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def withdraw(request: HttpRequest, reference: str, purpose: str) -> HttpResponse:
    """What taking a consent back does, and the button that does it at once; ``?clinic=`` names the clinic of one."""
    if purpose not in Purpose:
        raise Http404
    case, asked = own_case(request, reference), Purpose(purpose)
    clinic = _clinic(request, asked)
    if asked == Purpose.CLINIC and clinic is None:
        return redirect(f"{reverse('requests:privacy', args=[reference])}#consents")
    standing = selectors.standing(case, asked, clinic.slug if clinic else "")
    if request.method == "POST":
        return _withdraw(request, case, asked, clinic)
    return case_page(
        request,
        "consent_withdraw.html",
        case,
        heading=_("Take a consent back"),
        purpose=asked,
        name=selectors.NAMES[asked],
        clinic=clinic,
        standing=standing,
    )


def _clinic(request: HttpRequest, purpose: Purpose) -> Clinic | None:
    """Return the clinic that the address names, of a consent for one."""
    slug = request.GET.get("clinic", "") if purpose == Purpose.CLINIC else ""
    return Clinic.objects.filter(slug=slug).first() if slug else None


def _withdraw(request: HttpRequest, case: Case, purpose: Purpose, clinic: Clinic | None) -> HttpResponse:
    if consents.withdraw(case=case, purpose=purpose, clinic=clinic, by=ActorKind.PATIENT):
        messages.success(request, _("Your consent is taken back. What this page said is done."))
    else:
        messages.info(request, _("There is nothing to take back: you do not agree to this now."))
    return redirect("requests:privacy", case.reference)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def give_again(request: HttpRequest, reference: str) -> HttpResponse:
    """The words of the consents that were taken back, each with a box; ticked, work on the case goes on."""
    case = own_case(request, reference)
    if not consents.can_give_again(case):
        messages.info(request, _("There is nothing of this kind to do now."))
        return redirect("requests:privacy", reference)
    language = get_language() or case.language
    missing = selectors.withdrawn_purposes(case)
    form = ConsentAgainForm(request.POST if request.method == "POST" else None, purposes=missing, language=language)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        consents.give_again(case=case, language=language)
        messages.success(request, _("Thank you. We go on with your case. Agree to each clinic anew."))
        return redirect("requests:privacy", reference)
    return case_page(
        request,
        "consents_again.html",
        case,
        status=422 if form.errors else 200,
        heading=_("Agree again"),
        form=form,
        language_form="again-form",
    )
