"""Pages of a patient's case: opened by a mailed link, no account needed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.http.forms import FROM_LANGUAGE
from portal.core.http.origins import is_cross_site
from portal.core.localisation import money
from portal.core.localisation.money import Amount
from requests import visitors
from requests.enums import AccessKind, ActorKind, DocumentState
from requests.flows import overview
from requests.forms.cases import AskForLinkForm
from requests.models import Case, Estimate
from requests.selectors import briefs, continuity, documents, follow_ups, offers, payments, trips
from requests.selectors.cases import GoesOnElsewhere, NotOpened, own_case, thread, words
from requests.selectors.consents import ConsentWithdrawn
from requests.selectors.progress import next_action, road, turn
from requests.services import audit, links

# Fields in which somebody writes words of their own.
TYPED = ("body", "words", "answer", "value", "details")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of this browser, and a form that mails a new link to a case."""
    form = AskForLinkForm(request.POST or None)
    if FROM_LANGUAGE in request.POST:
        return _ask_for_link(request, form.as_typed(request.POST[FROM_LANGUAGE]), cases=visitors.cases(request))
    if form.is_valid():
        links.ask(reference=form.cleaned_data["reference"], email=form.cleaned_data["email"])
        return render(request, "requests/link_asked.html")
    status = 422 if form.is_bound else 200
    return _ask_for_link(request, form, status=status, cases=visitors.cases(request))


def _ask_for_link(request: HttpRequest, form: AskForLinkForm, status: int = 200, **context: Any) -> HttpResponse:
    """Show the form that mails a link; other languages show it at the address of the list."""
    language = get_language() or settings.LANGUAGE_CODE
    page = reverse("requests:case_list")
    context |= {
        "form": form,
        "language_form": "ask-form",
        "languages": [(code, name, translate_url(page, code), code == language) for code, name in settings.LANGUAGES],
    }
    return render(request, "requests/case_list.html", context, status=status)


def way_in[**P](view: Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view of one's own case: anybody else is shown how to get a link, whether the case exists or not."""

    @wraps(view)
    def show(request: HttpRequest, reference: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, reference, *args, **kwargs)
        except GoesOnElsewhere as moved:
            there = moved.living.reference
            if kwargs.keys() & {
                "step",
                "kind",
            }:  # the living case has the same questions, and what was typed goes with it
                path = request.path.replace(moved.merged.reference, there)
                return redirect(path, preserve_request=request.method == "POST")
            if args or kwargs:  # a task or a call of the merged case: the living one has its own
                return redirect("requests:case", there)
            is_post = request.method == "POST"
            return redirect(request.resolver_match.view_name, there, preserve_request=is_post)  # type: ignore[union-attr]
        except ConsentWithdrawn as stopped:
            return consent_withdrawn(request, stopped.case)
        except NotOpened:
            form = AskForLinkForm(initial={"reference": reference})
            return _ask_for_link(request, form, status=404, is_not_open=True)

    return show


@login_not_required
@never_cache
@csrf_exempt  # reading the page sets no cookie, so its button is guarded by where the browser says it was pressed
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a mailed link, whose button opens the case in this browser; a dead link shows how to get a new one.

    Reading changes nothing, since mail scanners read every link.
    """
    link = links.live_link(token)
    if link is None:
        response = _ask_for_link(request, AskForLinkForm(), status=410, link_is_dead=True)
    elif request.method == "POST" and not is_cross_site(request):
        links.note_opened(link)
        visitors.remember_link(request, link)
        response = redirect("requests:case", link.case.reference)
    else:
        response = render(request, "requests/case_link.html", status=403 if request.method == "POST" else 200)
    # The address opens the case. With no-referrer, browsers would send "Origin: null" with the button.
    response["Referrer-Policy"] = "strict-origin"
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of one's own case: what to do now, whose turn it is, and a way to everything else."""
    case = own_case(request, reference)
    if request.method == "POST":
        # A page of the release before has its form for messages here.
        return redirect("requests:messages", reference, preserve_request=True)
    if case.is_spam:
        return not_a_request(request, case)
    # A merged one is opened under the reference that it is printed with.
    estimates = Estimate.objects.filter(case__in=case.whole()).select_related("case").prefetch_related("decisions")
    standing = estimates.filter(superseded_at=None)
    tasks = list(case.tasks.shown().open().select_related("kind", "case", "call"))
    rows = thread(case)
    unread = sum(message.is_unread for message in rows)
    states = documents.states(case)
    trip = trips.of(case)
    context = {
        "turn": turn(case, tasks, unread),
        "road": road(case),
        "next_action": next_action(case, tasks, unread),
        "team_email": settings.TEAM_EMAIL,
        "trip": trip,
        "trip_has_news": trips.has_unseen(trip),
        "tasks": tasks,
        "file_lines": [] if case.has_died or not case.is_open else overview.lines(case, get_language() or "en"),
        "past_tasks": case.tasks.shown().exclude(done_at=None).select_related("kind"),
        # A family may need what was agreed; what treatment might have cost is no help to them.
        "estimates": standing.exclude(kind="preliminary") if case.has_died else standing,
        "older_estimates": estimates.exclude(superseded_at=None).exclude(kind="preliminary"),
        "pack": continuity.standing(case),
        "newest": next((message for message in rows if message.is_unread), rows[-1] if rows else None),
        "number_of_messages": len(rows),
        "number_of_documents": len(states),
        "number_to_send_again": states.count(DocumentState.REJECTED),
        "unread": unread,
        "follow_up": _follow_up(case),
        "brief": None if case.has_died else briefs.for_patient(case),
        "offers": [] if case.has_died else offers.shown(case),
        "may_choose": offers.may_choose(case),
        **_money(case),
        "has_draft": hasattr(case, "message_draft"),
        "words": words(case),
        "shortlist": case.shortlist.all(),
        "procedures": case.procedures.all(),
    }
    return case_page(request, "case.html", case, **context)


def _money(case: Case) -> dict[str, Any]:
    """Return whether the page leads to the payments, and what is still to pay; after a death nobody is asked to pay."""
    records = payments.of_case(case)
    owed = [] if case.has_died else [row for row in payments.balances(records) if row.owed]
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "shows_payments": bool(records) or case.has_accepted,
        "owed": [money.in_words(Amount(row.owed, row.owed, row.currency), language) for row in owed],
    }


def _follow_up(case: Case) -> dict[str, bool] | None:
    """Return what the page says of the questions after coming home; None where there is nothing to say."""
    if not follow_ups.is_followed(case):
        return None
    is_agreed = follow_ups.consent(case) is not None
    return {"is_agreed": is_agreed} if is_agreed or follow_ups.can_agree(case) else None


def case_page(request: HttpRequest, template: str, case: Case, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of one's own case and note that it was read."""
    audit.record_access(case, AccessKind.CASE, by=ActorKind.PATIENT)
    return render(request, f"requests/{template}", {"case": case, **context}, status=status)


@login_not_required
@never_cache
@require_POST
@way_in
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """End the access of this browser to one case."""
    case = own_case(request, reference)
    response = redirect("requests:case_list")
    visitors.forget(request, response, case)
    messages.success(request, _("The case is closed on this device. The link in our e-mail opens it again."))
    return response


def consent_withdrawn(request: HttpRequest, case: Case) -> HttpResponse:
    """Say that nothing new is taken, since a consent was taken back, and what can be done; what was typed can be copied."""
    shown = [text for name in TYPED if (text := request.POST.get(name, "").strip())]
    context = {"heading": _("You took a consent back"), "typed": shown, "is_refused": True}
    return case_page(request, "consent_withdrawn.html", case, status=409, **context)


def not_a_request(request: HttpRequest, case: Case, *, typed: str = "") -> HttpResponse:
    """Say that the case was not read as a request and where to write; what was typed can be copied."""
    audit.record_access(case, AccessKind.CASE, by=ActorKind.PATIENT)
    context = {
        "case": case,
        "sentence": next_action(case, [], 0).sentence,
        "team_email": settings.TEAM_EMAIL,
        "typed": typed,
        "is_open": case in visitors.cases(request),
    }
    return render(request, "requests/not_a_request.html", context, status=422 if typed else 200)
