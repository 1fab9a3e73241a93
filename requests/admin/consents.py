"""Admin page that notes that a patient took a consent back, in words: what the site does with a button."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from clinics.models import Clinic
from portal.core.worktime import team_today
from requests.admin.case_page import back, get_case, render_page
from requests.enums import AccessKind, Purpose
from requests.forms.spoken import SpokenWithdrawalForm
from requests.services import audit, consents

LEADS = {
    Purpose.CLINIC: pgettext_lazy(
        "desk", "At once the link of this clinic opens nothing any more, and no e-mail about the case goes to it."
    ),
    Purpose.FOLLOW_UP: pgettext_lazy("desk", "At once nothing is asked any more after coming home."),
    Purpose.HEALTH: pgettext_lazy(
        "desk",
        "At once work on the case stops: links of clinics and medical family links end, papers and answers are closed to us. Say so to the patient first; to give it again, they tick the box on their page of privacy.",
    ),
    Purpose.PROCESSING: pgettext_lazy(
        "desk",
        "At once work on the case stops, and all links of clinics and of the family end. Say so to the patient first, and ask whether they want the case erased; to give it again, they tick the box on their page of privacy.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: UUID, purpose: str) -> HttpResponse:
    """Note who took a consent back, how and on which day; ``?clinic=`` names the clinic of one."""
    case = get_case(request, pk)
    if purpose not in Purpose:
        raise Http404
    asked, by = Purpose(purpose), request.user
    clinic = Clinic.objects.filter(slug=request.GET.get("clinic", "")).first() if asked == Purpose.CLINIC else None
    if asked == Purpose.CLINIC and clinic is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = SpokenWithdrawalForm(posted, initial={"said_on": team_today()})
    if form.is_valid():
        said: dict[str, Any] = form.how()
        try:
            is_new = consents.note_withdrawal(case=case, purpose=asked, clinic=clinic, by=by, **said)  # type: ignore[arg-type]  # staff
        except consents.DayRefused:
            form.add_error("said_on", pgettext("desk", "Enter today or a day before."))
        else:
            done = pgettext("desk", "The consent is taken back, with all that follows.")
            nothing = pgettext("desk", "There is nothing to take back: this consent does not stand now.")
            messages.success(request, done) if is_new else messages.info(request, nothing)
            return back(request, case)
    audit.record_access(case, AccessKind.CASE, by=by)  # type: ignore[arg-type]  # staff
    name = f"{asked.label}: {clinic}" if clinic else str(asked.label)
    label = pgettext("desk", "Taken back: %(consent)s") % {"consent": name}
    status = 422 if form.errors else 200
    return render_page(request, "move.html", case, status=status, form=form, label=label, lead=LEADS[asked])
