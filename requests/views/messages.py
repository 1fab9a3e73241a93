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
from requests.models import Case, Message
from requests.selectors import offers
from requests.selectors.cases import own_case
from requests.selectors.cases import thread as messages_of
from requests.selectors.estimates import asked_about
from requests.services.messages import NotARequest, keep_draft, mark_read, write_to_desk
from requests.views.cases import case_page, not_a_request, way_in
from requests.workflow import URGENT


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def thread(request: HttpRequest, reference: str) -> HttpResponse:
    """The messages of a case, and the form that writes one.

    ``?about=`` names a fact to correct, ``?ask=`` a line of an estimate, ``?offer=`` an offer, or that none suits.
    """
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
        columns = form.cleaned_data | {"language": get_language() or ""}
        asked = asked_about(columns.pop("ask"), case)
        if asked is not None:
            columns["estimate"], columns["estimate_line"] = asked
        try:
            write_to_desk(case=case, **columns)
        except NotARequest:
            case.refresh_from_db(fields=["status"])
            return not_a_request(request, case, typed=form.cleaned_data["body"])
        messages.success(request, _("Your message is sent."))
        return redirect("requests:messages", reference)
    about = form["about"].value() or ""
    asked = asked_about(form["ask"].value() or "", case)
    context = {
        "heading": _("Messages"),
        # A message that is not written: its words about what it asks are those that it will have.
        "asks": Message(estimate=asked[0], estimate_line=asked[1]) if asked else None,
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
    body = draft.body if draft else _about_offer(request, case)
    initial = {"body": body, "about": request.GET.get("about", "")}
    initial["ask"] = request.GET.get("ask", "")
    return MessageForm(request.POST or None, initial=initial, can_be_urgent=case.status in URGENT)


def _about_offer(request: HttpRequest, case: Case) -> str:
    """Return how a message about an offer begins; empty where the address names none."""
    asked = request.GET.get("offer", "")
    if asked == "none":
        return _("None of the offers suits me. I look for:") + " "
    offer = next((offer for offer in offers.shown(case) if str(offer.pk) == asked), None)
    if offer is None:
        return ""
    wrong = "wrong" in request.GET and offer.choice_noted_by_id is not None
    begins = _("I did not choose %(clinic)s. What I said is:") if wrong else _("About the offer of %(clinic)s:")
    return begins % {"clinic": offer.clinic.name} + " "
