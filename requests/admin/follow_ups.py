"""Admin page that notes what a patient says of the follow-up by phone: the day home, and whether we may ask."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from requests.admin.case_page import back, get_case, render_page
from requests.enums import ConsentWay, HomeState
from requests.forms.follow_ups import RecordFollowUpForm
from requests.models import Case
from requests.selectors import follow_ups as selectors
from requests.services import follow_ups

LEAD = gettext_lazy(
    "Read them the text of the consent in their language first, if they agree to be asked. Your name is kept with this."
)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note the day home, and that the patient agrees to be asked."""
    case = get_case(request, pk)
    if not selectors.is_followed(case):
        messages.info(request, _("The follow-up begins when the case is in recovery."))
        return back(request, case)
    told = selectors.homecoming(case)
    asks_consent = selectors.consent(case) is None and selectors.can_agree(case)
    posted = request.POST if request.method == "POST" else None
    form = RecordFollowUpForm(posted, case=case, told=told, asks_consent=asks_consent)
    if form.is_valid() and (response := _save(request, case, form)):
        return response
    status, lead = 422 if form.errors else 200, LEAD if asks_consent else ""
    words = {"title": _("After coming home"), "label": _("Note it"), "lead": lead}
    return render_page(request, "move.html", case, status=status, form=form, **words)


def _save(request: HttpRequest, case: Case, form: RecordFollowUpForm) -> HttpResponse | None:
    """Save what a checked form says; None when the page is to be shown again."""
    user: Any = request.user
    state, home_on = HomeState(form.cleaned_data["state"]), form.cleaned_data["home_on"]
    try:
        follow_ups.tell_home(case=case, state=state, home_on=home_on, seen=form.cleaned_data["seen"], by=user)
        if form.cleaned_data.get("agreed"):
            way = ConsentWay(form.cleaned_data["way"])
            follow_ups.note_agreed(case=case, language=form.cleaned_data["language"], way=way, by=user)
    except follow_ups.ToldMeanwhile:
        form.add_error("state", _("The day home was changed meanwhile. Open this page again."))
        return None
    except follow_ups.NotFollowed:
        messages.info(request, _("The follow-up of this case is over."))
        return back(request, case)
    messages.success(request, _("It is noted."))
    return back(request, case)


@require_POST
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the consent to questions back, as the patient asked by phone."""
    case = get_case(request, pk)
    follow_ups.stop(case=case, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    messages.success(request, _("No more questions are asked in this case."))
    return back(request, case)
