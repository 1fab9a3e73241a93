"""Page on which a patient has her case erased: what goes, what stays, a mailed code, and a week to take it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.core.http.forms import FROM_LANGUAGE
from requests.enums import ActorKind
from requests.forms.decisions import CodeForm
from requests.models import Case
from requests.selectors import erasures as selectors
from requests.selectors.cases import own_case
from requests.services import erasures
from requests.views.cases import case_page, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What erasing destroys and what it leaves, and the buttons that begin it, confirm it and take it back."""
    case = own_case(request, reference)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif "take_back" in request.POST:
        return _take_back(request, case)
    elif "send" in request.POST:
        return _send_code(request, case)
    elif form.is_valid():
        try:
            erasures.confirm(case, form.cleaned_data["code"])
        except erasures.WrongCode as wrong:
            form.add_error("code", _wrong_code(wrong))
        else:
            messages.success(request, _("Your case will be erased. Until then you can take this back here."))
            return redirect("requests:erase", reference)
    begun = selectors.begun(case)
    return case_page(
        request,
        "erase.html",
        case,
        status=422 if form.errors else 200,
        heading=_("Erase my case"),
        form=form,
        erasure=begun if begun and begun.is_asked else None,
        code=begun if begun and begun.has_live_code else None,
        hold=selectors.hold_of(case),
        language_form="code-form",
    )


def _wrong_code(wrong: erasures.WrongCode) -> str:
    if wrong.is_dead:
        return _("This code does not work any more. Have a new one sent to you.")
    return _("This is not the code from our last e-mail. Look at it again, or have a new one sent to you.")


def _send_code(request: HttpRequest, case: Case) -> HttpResponse:
    if case.has_email:
        if erasures.begin(case):
            messages.success(request, _("The code is on its way to you by e-mail. It holds for 15 minutes."))
        else:
            messages.info(request, _("The code that we sent you still works. Look for it in your e-mail."))
    return redirect(f"{request.path}#code-form")


def _take_back(request: HttpRequest, case: Case) -> HttpResponse:
    standing = selectors.standing(case)
    if standing is not None:
        erasures.take_back(standing, by=ActorKind.PATIENT)
    messages.success(request, _("Your case stays. Nothing was erased."))
    return redirect("requests:erase", case.reference)
