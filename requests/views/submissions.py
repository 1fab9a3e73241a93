"""Form of a request and its receipt."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.http.client_address import client_address
from portal.core.http.forms import FROM_LANGUAGE, without_nul
from requests import visitors
from requests.forms.submissions import SubmissionForm
from requests.models import Case
from requests.services import submissions
from requests.views.cases import not_a_request


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form of the first request; what a page passed on in the query is chosen already."""
    language = get_language() or settings.LANGUAGE_CODE
    if request.method != "POST":
        return _form_page(request, SubmissionForm.carrying(request.GET, language=language))
    form = SubmissionForm(request.POST, language=language)
    if FROM_LANGUAGE in request.POST:
        return _form_page(request, form.as_typed(request.POST[FROM_LANGUAGE]))
    if not form.is_valid():
        return _form_page(request, form, status=422)
    case = submissions.submit(content=form.content(), sender=form.sender(network=client_address(request)))
    response = redirect("requests:request_sent", case.reference)
    visitors.remember_submission(request, response, case)
    return response


def _form_page(request: HttpRequest, form: SubmissionForm, status: int = 200) -> HttpResponse:
    return render(request, "requests/new.html", {"form": form, "language_form": "submission-form"}, status=status)


@login_not_required
@never_cache
@require_POST
def time_zone(request: HttpRequest) -> HttpResponse:
    """The form's question about the time zone, for the country that was typed just now."""
    answers = without_nul(request.POST)
    initial = {name: answers.get(name, "") for name in ("country", "time_zone")}
    form = SubmissionForm(language=get_language() or settings.LANGUAGE_CODE, initial=initial)
    return render(request, "requests/_time_zone.html", {"form": form})


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the request is in and what happens next; only to the browser that sent it."""
    if reference not in visitors.submitted(request):
        raise Http404
    case = get_object_or_404(Case, reference=reference)
    if case.is_spam:
        return not_a_request(request, case)
    context = {
        "case": case,
        "team_email": settings.TEAM_EMAIL,
        "has_estimate": case.estimates.filter(superseded_at=None).exists(),
    }
    return render(request, "requests/sent.html", context)
