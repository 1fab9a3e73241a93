"""The way in to a referral: who has its link gets a code by mail, and this browser may then open it for 12 hours."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.core.http.forms import FROM_LANGUAGE
from requests import visitors
from requests.forms.referrals import AccessCodeForm
from requests.models import Referral
from requests.selectors import referrals
from requests.services import referral_access, referral_codes
from requests.services.clinic_answers import ReferralOver

# What the page of the code sends itself.
OF_THE_CODE = ("csrfmiddlewaretoken", "code", "send_code", FROM_LANGUAGE)


def behind_link[**P](
    view: Callable[Concatenate[HttpRequest, Referral, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Decorate a view of a referral: it is shown to a browser that opened the referral with a code, while it opens."""

    @wraps(view)
    def show(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        referral = referral_access.referral_of(token)
        if referral is None:
            raise Http404
        try:
            # Asked for each page, so that what ends a referral ends the browsers that opened it.
            response = _enter(request, referral) or view(request, referral, *args, **kwargs)
        except ReferralOver:
            response = _over(request)
        # The address is half of the way in. With no-referrer, browsers would send "Origin: null" with a form.
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return show


def _enter(request: HttpRequest, referral: Referral) -> HttpResponse | None:
    """Return the way in, or None for a browser that opened the referral. Raises ``ReferralOver``."""
    if not referrals.is_live(referral):
        raise ReferralOver
    return None if visitors.has_opened_referral(request, referral) else _way_in(request, referral)


def _way_in(request: HttpRequest, referral: Referral) -> HttpResponse | None:
    """Say what the link opens, mail the code and take it; reading changes nothing, since mail scanners read every link.

    A form that comes from a page that was open for more than 12 hours waits here: its words go along. None after the
    right code with such words, which their page then shows again, as it does in another language.
    """
    typed = _typed(request)
    form = AccessCodeForm(request.POST if "code" in request.POST else None)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif "send_code" in request.POST:
        form = AccessCodeForm()
        _send_code(request, referral)
        if not typed:
            return redirect(f"{request.path}#code-form")
    elif form.is_valid():
        try:
            referral_codes.use(referral=referral, digits=form.cleaned_data["code"])
        except referral_codes.WrongCode as wrong:
            form.add_error("code", _wrong_code(wrong))
        else:
            visitors.remember_referral(request, referral)
            if not typed:
                return redirect(request.path)
            messages.info(request, _("Here is what you typed. It is not sent yet."))
            as_typed = request.POST.copy()
            as_typed[FROM_LANGUAGE] = get_language() or ""
            request.POST = as_typed  # type: ignore[assignment]  # Django has a setter for it
            return None
    context = {
        "referral": referral,
        "code": referral_codes.live(referral),
        "form": form,
        "kept": typed,
        "hidden_email": _hidden(referral.contact.email),
        "reference": referral.case.living.reference,
        "zone": settings.TEAM_TIME_ZONE,
        "language_form": "code-form",
        "team_email": settings.TEAM_EMAIL,
    }
    # A form that finds no open browser was refused.
    is_refused = bool(typed) and not {"code", "send_code", FROM_LANGUAGE} & request.POST.keys()
    status = 422 if form.errors else 403 if is_refused else 200
    return render(request, "requests/referral_way_in.html", context, status=status)


def _hidden(email: str) -> str:
    """Return an address as its owner knows it again, and nobody else learns it: i…@clinic.example."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}…{at}{domain}"


def _send_code(request: HttpRequest, referral: Referral) -> None:
    try:
        is_sent = referral_codes.send(referral=referral)
    except referral_codes.TooManyCodes:
        messages.error(request, _("We have sent several codes today. Try again tomorrow, or write to us."))
        return
    if is_sent:
        messages.success(request, _("The code is on its way to you by e-mail. It holds for 15 minutes."))
    else:
        messages.info(request, _("We sent you a code less than a minute ago. Wait a minute before you ask again."))


def _wrong_code(wrong: referral_codes.WrongCode) -> str:
    if wrong.is_dead:
        return _("This code does not work any more. Have a new one sent to you.")
    return _("This is not the code from our last e-mail. Look at it again, or have a new one sent to you.")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what a form of another page brought along."""
    return [(name, value) for name, values in request.POST.lists() if name not in OF_THE_CODE for value in values]


def _over(request: HttpRequest) -> HttpResponse:
    """Say that the link opens nothing any more, whatever ended it, and give back what was typed."""
    typed = "\n\n".join(value for name, value in _typed(request) if name != "form_token" and len(value) > 1)
    context = {"team_email": settings.TEAM_EMAIL, "typed": typed}
    return render(request, "requests/referral_over.html", context, status=410)
