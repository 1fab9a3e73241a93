"""Follow-up after a treatment: agreeing and the day home, the questions of a day, and the way to stop them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.http.forms import FROM_LANGUAGE
from portal.core.http.origins import is_cross_site
from requests.enums import ActorKind, Appointment, Feeling, ForWhom, HomeState
from requests.forms.follow_ups import OTHER, UNSURE, FollowUpForm, HomeForm
from requests.models import Case, FollowUp
from requests.selectors import follow_ups as selectors
from requests.selectors.cases import own_case
from requests.services import follow_ups
from requests.services.follow_up_plan import CALL
from requests.services.messages import NotARequest
from requests.views.cases import case_page, not_a_request, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The follow-up of a case: the day home, the consent, the days of the questions, and the button that stops them."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    if not selectors.is_followed(case):
        return redirect(case)
    told, consent = selectors.homecoming(case), selectors.consent(case)
    asks_consent = consent is None and selectors.can_agree(case)
    about: dict[str, Any] = {
        "told": told,
        "language": get_language() or "",
        "asks_consent": asks_consent,
        "is_for_other": case.for_whom == ForWhom.SOMEONE_ELSE,
    }
    form = HomeForm(request.POST if request.method == "POST" else None, **about)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid() and (response := _save(request, case, form)):
        return response
    context = {
        "heading": _("After you are home"),
        "form": form,
        "language_form": "home-form",
        "consent": consent,
        "asks_consent": asks_consent,
        "rows": FollowUp.objects.filter(case=case),
        "calls": case.tasks.shown().open().filter(kind__code=CALL).select_related("kind"),
    }
    return case_page(request, "follow_ups.html", case, status=422 if form.errors else 200, **context)


def _save(request: HttpRequest, case: Case, form: HomeForm) -> HttpResponse | None:
    """Save what a checked form says; None when the page is to be shown again."""
    state, home_on = HomeState(form.cleaned_data["state"]), form.cleaned_data["home_on"]
    agrees = bool(form.cleaned_data.get("consent_follow_up"))
    try:
        follow_ups.tell_home(
            case=case, state=state, home_on=home_on, seen=form.cleaned_data["seen"], by=ActorKind.PATIENT
        )
        if agrees:
            follow_ups.agree(case=case, language=get_language() or case.language)
    except follow_ups.ToldMeanwhile:
        now = selectors.homecoming(case)
        form.put_answer("seen", str(now.number if now else 0))
        form.add_error(
            "state",
            _(
                "This was changed on another device meanwhile. Look at it, and send it again if it is right as it stands."
            ),
        )
        return None
    except follow_ups.NotFollowed:
        messages.info(request, _("There is nothing of this kind to do now."))
        return redirect(case)
    messages.success(request, _("Thank you. It is noted."))
    return redirect("requests:follow_ups", case.reference)


@login_not_required
@never_cache
@require_POST
@way_in
def stop(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the consent back with the button of the page."""
    case = own_case(request, reference)
    follow_ups.stop(case=case, by=ActorKind.PATIENT)
    messages.success(request, _("We ask you no more questions. You can change your mind here at any time."))
    return redirect("requests:follow_ups", case.reference)


@login_not_required
@never_cache
@csrf_exempt  # reading the page sets no cookie, so its button is guarded by where the browser says it was pressed
@require_http_methods(["GET", "HEAD", "POST"])
def stop_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the link in each mail, whose button stops the questions; it shows nothing of the case.

    Reading changes nothing, since mail scanners read every link.
    """
    row = follow_ups.of_token(token)
    if row is None:
        raise Http404
    is_stopped = request.method == "POST" and not is_cross_site(request)
    if is_stopped:
        follow_ups.stop(case=row.case, by=ActorKind.PATIENT)
    context = {"is_stopped": is_stopped or selectors.consent(row.case) is None}
    status = 403 if request.method == "POST" and not is_stopped else 200
    response = render(request, "requests/follow_ups_stop.html", context, status=status)
    # As with a link to a case: with no-referrer, browsers would send "Origin: null" with the button.
    response["Referrer-Policy"] = "strict-origin"
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def questions(request: HttpRequest, reference: str, day: int) -> HttpResponse:
    """The three questions of a day; once they are answered, what was said and what to do now."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    if not selectors.is_followed(case):
        return redirect(case)
    row = get_object_or_404(FollowUp.objects.select_related("case"), case=case, day=day, asked_at__isnull=False)
    before = selectors.newest(row)
    language = get_language() or ""
    if before is not None and request.method != "POST" and "change" not in request.GET:
        return _answered(request, case, row, before)
    typed = request.POST if request.method == "POST" else None
    edition = typed.get("edition", "") if typed else before.answer.edition if before else ""
    signs = selectors.warning_signs(case, language, edition)
    told = selectors.homecoming(case)
    form = FollowUpForm(
        typed,
        signs=signs,
        before=before,
        is_for_other=case.for_whom == ForWhom.SOMEONE_ELSE,
        is_home=told is not None and told.state == HomeState.HOME,
    )
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid() and (response := _write(request, row, form, signs)):
        return response
    context = {
        "heading": _("How are you?"),
        "row": row,
        "form": form,
        "language_form": "questions-form",
        "before": before,
    }
    return case_page(request, "follow_up.html", case, status=422 if form.errors else 200, **context)


def _write(
    request: HttpRequest, row: FollowUp, form: FollowUpForm, signs: selectors.WarningSigns
) -> HttpResponse | None:
    """Take the answers of a checked form; None when the page is to be shown again."""
    ticked: list[str] = form.cleaned_data["signs"]
    said: dict[str, Any] = {
        "feeling": Feeling(form.cleaned_data["feeling"]),
        "places": [sign.place for sign in signs.signs if sign.place in ticked],
        "is_unsure": UNSURE in ticked,
        "has_other_sign": OTHER in ticked,
        "appointment": Appointment(form.cleaned_data["appointment"]),
    }
    said |= {name: form.cleaned_data[name] for name in ("words", "seen", "form_token")}
    try:
        follow_ups.answer(follow_up=row, signs=signs, language=get_language() or "", **said)
    except follow_ups.ToldMeanwhile:
        now = selectors.newest(row)
        form.put_answer("seen", str(now.number if now else 0))
        form.add_error(
            "feeling",
            _("You answered these questions on another device meanwhile. Send this if it is right as it stands now."),
        )
        return None
    except follow_ups.NotFollowed:
        return redirect(row.case)
    except NotARequest:
        row.case.refresh_from_db(fields=["status"])
        return not_a_request(request, row.case, typed=said["words"])
    return redirect("requests:follow_up", row.case.reference, row.day)


def _answered(request: HttpRequest, case: Case, row: FollowUp, said: selectors.Answered) -> HttpResponse:
    """Say what was answered and what to do now: help first, where a warning sign is named."""
    # The cards as they are now: help must not be of yesterday.
    signs = selectors.warning_signs(case, get_language() or "")
    following = FollowUp.objects.filter(case=case, asked_at=None).order_by("day").first()
    context: dict[str, Any] = {
        "heading": _("Get help now") if said.is_alarming else _("Thank you for telling us"),
        "row": row,
        "said": said,
        "signs": signs,
        "following": following if selectors.may_ask(case) else None,
    }
    return case_page(request, "follow_up_answered.html", case, **context)
