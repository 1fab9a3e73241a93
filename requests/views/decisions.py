"""Pages on which a patient decides about an estimate: accept with a mailed code, decline with a reason, ask for a new one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.http.forms import FROM_LANGUAGE, TokenForm
from requests.enums import AccessKind, ActorKind, PrintedKind
from requests.forms.decisions import CodeForm, DeclineForm
from requests.models import Case, Estimate
from requests.selectors import money_rules
from requests.selectors.cases import own_estimate
from requests.selectors.estimates import Standing, Verdict, verdict
from requests.services import acceptance_codes, acceptance_records, audit, decisions
from requests.services.decision_texts import agreement, rules_beside, rules_sha256
from requests.services.messages import NotARequest
from requests.views import printed
from requests.views.cases import not_a_request, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def accept(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """What is accepted, a button that mails a code, and the field for it."""
    estimate, living = _own(request, reference, version)
    current = verdict(estimate, living)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not current.is_open:
        return _not_open(request, estimate, living, current)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif "send" in request.POST:
        return _send_code(request, estimate, living)
    elif form.is_valid():
        data = form.cleaned_data
        seen = {"sha256": data["seen"], "rules_seen": data["rules_seen"]}
        try:
            decisions.accept(case=living, estimate=estimate, digits=data["code"], **seen, language=get_language() or "")
        except decisions.NotOpen as refused:
            return _not_open(request, estimate, living, refused.verdict)
        except decisions.TextChanged:
            form.add_error("code", _("The words on this page have changed. Read them again, then enter the code."))
        except decisions.WrongCode as wrong:
            form.add_error("code", _wrong_code(wrong))
        else:
            messages.success(request, _("You accepted the estimate. Thank you."))
            return redirect("requests:estimate", reference, version)
    rules = money_rules.rules(get_language() or "")
    context = {
        "agreement": agreement(estimate, get_language() or ""),
        "code": acceptance_codes.live(estimate),
        "form": form,
        "rules": rules,
        "rules_seen": rules_sha256(rules_beside(rules, get_language() or "")),
        "heading": _("Accept the supplement") if estimate.is_supplement else _("Accept the estimate"),
        "language_form": "code-form",
    }
    return _page(request, "accept.html", estimate, living, status=422 if form.errors else 200, **context)


def _wrong_code(wrong: decisions.WrongCode) -> str:
    if wrong.is_dead:
        return _("This code does not work any more. Have a new one sent to you.")
    return _("This is not the code from our last e-mail. Look at it again, or have a new one sent to you.")


def _send_code(request: HttpRequest, estimate: Estimate, living: Case) -> HttpResponse:
    if not living.has_email:
        return redirect(request.path)
    try:
        is_sent = decisions.send_code(case=living, estimate=estimate)
    except decisions.NotOpen as refused:
        return _not_open(request, estimate, living, refused.verdict)
    except acceptance_codes.TooManyCodes:
        messages.error(request, _("We have sent several codes today. Try again tomorrow, or write to us."))
    else:
        if is_sent:
            messages.success(request, _("The code is on its way to you by e-mail. It holds for 15 minutes."))
        else:
            messages.info(request, _("We sent you a code less than a minute ago. Wait a minute before you ask again."))
    return redirect(f"{request.path}#code-form")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def decline(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """Why she declines an estimate, and what should happen then."""
    estimate, living = _own(request, reference, version)
    current = verdict(estimate, living)
    form = DeclineForm(request.POST if request.method == "POST" else None, is_supplement=estimate.is_supplement)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        try:
            decisions.decline(case=living, estimate=estimate, language=get_language() or "", **form.decision())
        except decisions.NotOpen as refused:
            return _not_open(request, estimate, living, refused.verdict, typed=form.cleaned_data["words"])
        messages.success(request, _("You declined it. We have what you wrote."))
        return redirect("requests:estimate", reference, version)
    if not current.can_decline:
        return _not_open(request, estimate, living, current, typed=form["words"].value() or "" if form.is_bound else "")
    context = {
        "form": form,
        "heading": _("Decline the supplement") if estimate.is_supplement else _("Decline the estimate"),
        "language_form": "decline-form",
    }
    return _page(request, "decline.html", estimate, living, status=422 if form.errors else 200, **context)


@login_not_required
@never_cache
@require_POST
@way_in
def renew(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """Ask for a new estimate in the place of one that has expired."""
    estimate, living = _own(request, reference, version)
    form = TokenForm(request.POST)
    form.full_clean()
    try:
        token = form.cleaned_data["form_token"]
        decisions.ask_for_renewal(case=living, estimate=estimate, form_token=token, language=get_language() or "")
    except decisions.NotOpen as refused:
        return _not_open(request, estimate, living, refused.verdict)
    except NotARequest:
        living.refresh_from_db(fields=["status"])
        return not_a_request(request, living)
    messages.success(request, _("We have your wish. A coordinator makes a new estimate and tells you by e-mail."))
    return redirect("requests:estimate", reference, version)


@login_not_required
@never_cache
@require_safe
@way_in
def record(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """The record of an acceptance as PDF, in the language of the words that were accepted."""
    estimate = own_estimate(request, reference, version)
    decision = acceptance_records.of(estimate.case, version)
    if decision is None:
        raise Http404
    return printed.show(
        request,
        estimate.case,
        PrintedKind.ACCEPTANCE,
        name=f"{reference}-{version}-accepted.pdf",
        heading=_("Record of an acceptance"),
        object_id=decision.pk,
        language=decision.language,
    )


def _own(request: HttpRequest, reference: str, version: int) -> tuple[Estimate, Case]:
    """Return an estimate of one's own case, and the case in which that goes on."""
    estimate = own_estimate(request, reference, version)
    return estimate, estimate.case.living


def _not_open(
    request: HttpRequest, estimate: Estimate, living: Case, current: Verdict, *, typed: str = ""
) -> HttpResponse:
    """Say why the estimate cannot be decided about so, and what to do; what was typed can be copied."""
    if living.is_spam:
        return not_a_request(request, living, typed=typed)
    # A second click finds what the first one did.
    is_done = current.standing in (Standing.ACCEPTED, Standing.DECLINED) and not typed
    status = 409 if request.method == "POST" and not is_done else 200
    form = TokenForm()
    context = {"verdict": current, "heading": _("About your estimate"), "typed": typed, "form": form}
    context |= {"token_form": form, "is_renewal_asked": decisions.is_renewal_asked(living)}
    return _page(request, "estimate_not_open.html", estimate, living, status=status, **context)


def _page(
    request: HttpRequest, template: str, estimate: Estimate, living: Case, *, status: int, **context: Any
) -> HttpResponse:
    audit.record_access(estimate.case, AccessKind.ESTIMATE, by=ActorKind.PATIENT, object_id=estimate.pk)
    context |= {"estimate": estimate, "case": living}
    return render(request, f"requests/{template}", context, status=status)
