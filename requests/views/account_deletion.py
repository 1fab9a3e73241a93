"""The page on which a patient deletes her account."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts import mailed_codes
from requests.forms.account_deletion import DeleteAccountForm
from requests.services import joined_cases
from requests.services.account_deletion import delete_account
from requests.views.joined_cases import patient_or_refuse


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask what becomes of each case, delete the account, and say who erases what by when."""
    user = patient_or_refuse(request)
    confirmed = mailed_codes.confirmed_within(request)
    if not confirmed:
        return redirect(mailed_codes.confirm_first(reverse("requests:delete_account")))
    cases = [*user.own_cases.all(), *joined_cases.joinable(user=user, confirmed=confirmed)]
    form = DeleteAccountForm(request.POST if request.method == "POST" else None, cases=cases)
    if form.is_valid():
        asked = delete_account(user=user, cases=cases, erase=form.to_erase())
        logout(request)
        return render(request, "requests/account_deleted.html", {"asked": asked, "is_kept": len(cases) > len(asked)})
    status = 422 if form.is_bound else 200
    return render(request, "requests/delete_account.html", {"form": form, "cases": cases}, status=status)
