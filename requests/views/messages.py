"""Messages of one's own case: read, write, keep for later."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.core.http.forms import FROM_LANGUAGE
from requests.enums import FACT_NAMES, Fact
from requests.forms.cases import MessageForm
from requests.models import Case
from requests.selectors.cases import own_case
from requests.selectors.cases import thread as messages_of
from requests.services.messages import NotARequest, keep_draft, mark_read, write_to_desk
from requests.views.cases import case_page, not_a_request, way_in
from requests.workflow import URGENT


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def thread(request: HttpRequest, reference: str) -> HttpResponse:
    """The messages of a case, and the form that writes one; ``?about=`` names a fact that should be corrected."""
    case = own_case(request, reference)
    form = _form(request, case)
    typed = form["body"].value() or ""
    # Nobody looks at spam: what was typed is given back with an address to write to (decision 0026).
    if case.is_spam:
        return not_a_request(request, case, typed=typed if form.is_bound else "")
    from_language = request.POST.get(FROM_LANGUAGE)
    if from_language is not None:
        form = form.as_typed(from_language)
    elif "keep" in request.POST:
        keep_draft(case=case, body=typed)
        messages.success(request, _("We keep what you have written for you. It is not sent yet."))
        return redirect("requests:messages", reference)
    elif form.is_valid():
        try:
            write_to_desk(case=case, language=get_language() or "", **form.cleaned_data)
        except NotARequest:
            case.refresh_from_db(fields=["status"])
            return not_a_request(request, case, typed=form.cleaned_data["body"])
        messages.success(request, _("Your message is sent."))
        return redirect("requests:messages", reference)
    about = form["about"].value() or ""
    context = {
        "heading": _("Messages"),
        "thread": messages_of(case),
        # As they were before this page showed them.
        "draft": None if form.is_bound else getattr(case, "message_draft", None),
        "about": FACT_NAMES[Fact(about)] if about in Fact else "",
        "form": form,
        "language_form": "message-form",
    }
    response = case_page(request, "messages.html", case, status=422 if form.errors else 200, **context)
    if request.method == "GET":
        mark_read(case)
    return response


def _form(request: HttpRequest, case: Case) -> MessageForm:
    draft = getattr(case, "message_draft", None)
    initial = {"body": draft.body if draft else "", "about": request.GET.get("about", "")}
    return MessageForm(request.POST or None, initial=initial, can_be_urgent=case.status in URGENT)
