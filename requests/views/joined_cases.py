"""The cases of a patient's account: which are in it, which could be, and taking them in and out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import mailed_codes
from portal.accounts.models import User
from requests import visitors
from requests.models import Case
from requests.services import joined_cases


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The cases in the account; who read a code within the hour also sees the others of her address."""
    user = patient_or_refuse(request)
    confirmed = mailed_codes.confirmed_within(request)
    context = {
        "cases": user.own_cases.all(),
        "others": joined_cases.joinable(user=user, confirmed=confirmed),
        "is_confirmed": bool(confirmed),
        "confirm_url": _confirm_url(),
    }
    return render(request, "requests/joined_cases.html", context)


@never_cache
@require_POST
def join(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a case into the account; without a code of this hour one is asked for first."""
    user = patient_or_refuse(request)
    confirmed = mailed_codes.confirmed_within(request)
    if not confirmed:
        return redirect(_confirm_url())
    try:
        joined_cases.join(reference=reference, user=user, confirmed=confirmed)
    except joined_cases.NotJoinable:
        messages.warning(request, _("This case cannot be added to your account. Open it with the link in our e-mail."))
    else:
        messages.success(request, _("The case is in your account."))
    return redirect("requests:joined_cases")


@never_cache
@require_POST
def take_out(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a case out of the account."""
    user = patient_or_refuse(request)
    case = Case.objects.filter(reference=reference, account=user).first()
    if case is not None:
        joined_cases.take_out(case=case, user=user)
        messages.success(request, _("The case is no longer in your account. The link in our e-mail opens it."))
    return redirect("requests:joined_cases")


def patient_or_refuse(request: HttpRequest) -> User:
    """Return the patient who is signed in; raises ``PermissionDenied`` for staff, whose account never holds a case."""
    user = visitors.patient_of(request)
    if user is None:
        raise PermissionDenied
    return user


def _confirm_url() -> str:
    return mailed_codes.confirm_first(reverse("requests:joined_cases"))
