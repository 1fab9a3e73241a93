"""Who the patient is: the task of somebody who writes for another, and the page of the patient's own link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.core.http.forms import FROM_LANGUAGE
from requests.enums import StatedBy
from requests.forms.patients import AskPatientForm, PatientForm, RepresentativeForm
from requests.models import Case, Task
from requests.services import patients
from requests.views.cases import case_page

REPRESENTS = "represents"


def ask(request: HttpRequest, case: Case, task: Task) -> HttpResponse:
    """Ask the writer for the patient's address, or for what a parent or guardian says: two buttons of one form."""
    language = get_language() or ""
    posted = request.POST if request.method == "POST" else None
    by_mail, by_word = AskPatientForm(posted), RepresentativeForm(posted, language=language)
    form: AskPatientForm | RepresentativeForm = by_word if REPRESENTS in request.POST else by_mail
    if posted is not None:
        # What the other button would send is kept, and not checked.
        (by_mail if form is by_word else by_word).as_typed("")
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        if isinstance(form, RepresentativeForm):
            data = {name: form.cleaned_data[name] for name in ("name", "birth_date")}
            stated_by = StatedBy(form.cleaned_data["stated_by"])
            patients.state(case=case, stated_by=stated_by, language=language, **data)
            messages.success(request, _("Thank you. We ask you for the paper that shows it later."))
            return redirect(case)
        try:
            patients.ask(case=case, email=form.cleaned_data["email"])
        except patients.TooManyLinks:
            form.add_error("email", _("We have sent several of these mails today. Try again tomorrow, or write to us."))
        else:
            messages.success(request, _("A mail with a link is on its way to the patient."))
            return redirect(task)
    asked = [link.email for link in case.patient_links.select_related("case") if link.is_live]
    context = {"heading": task.kind, "task": task, "asked": asked, "by_mail": by_mail, "by_word": by_word, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return case_page(request, "patient_task.html", case, status=status, language_form="words-form", **context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a patient's own link: name, birth date, consents. It shows nothing of the case but who wrote."""
    language = get_language() or ""
    link = patients.live_link(token)
    if link is None:
        return render(request, "requests/patient_link_dead.html", status=410)
    form = PatientForm(request.POST if request.method == "POST" else None, language=language)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("name", "birth_date")}
        try:
            patients.answer(link=link, language=language, **data)
        except patients.NotAsked:
            return render(request, "requests/patient_link_dead.html", status=410)
        return render(request, "requests/patient_answered.html")
    context = {"form": form, "case": link.case, "language_form": "patient-form"}
    status = 422 if form.is_bound and form.errors else 200
    response = render(request, "requests/patient_link.html", context, status=status)
    response["Referrer-Policy"] = "strict-origin"
    return response
