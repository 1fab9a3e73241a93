"""Admin page that notes who the patient is and that they agree, where somebody else wrote."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from requests.admin.case_page import back, get_case, render_page
from requests.enums import ConsentWay, StatedBy
from requests.forms.patients import RecordPatientForm
from requests.services import patients

LEAD = gettext_lazy("Read them both texts of consent in their language first. Your name is kept with this.")


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note name, birth date and consents of a patient, and how they were given."""
    case = get_case(request, pk)
    form = RecordPatientForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("name", "birth_date", "language")}
        stated_by, way = StatedBy(form.cleaned_data["stated_by"]), ConsentWay(form.cleaned_data["way"])
        patients.record(case=case, stated_by=stated_by, way=way, by=request.user, **data)  # type: ignore[arg-type]
        messages.success(request, _("It is noted that the patient agrees. The case can go to clinics."))
        return back(request, case)
    status = 422 if form.errors else 200
    return render_page(request, "move.html", case, status=status, form=form, label=_("Note the consent"), lead=LEAD)
