"""Admin pages that open a case by hand, and that show links to hand over."""

from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.localisation import desk_formats, formats
from requests import consents
from requests.admin import labels
from requests.admin.case_page import get_case, render_page
from requests.enums import DESK_NAMES, NEEDED_PURPOSES, Status
from requests.forms.by_hand import ByHandForm
from requests.forms.desk import NewWayForm
from requests.models import Case, CaseLink
from requests.models.cases import visible_to
from requests.permissions import check_can_work_cases
from requests.selectors.desk import of_same_person
from requests.services import by_hand, links, next_dates

# What the form asks besides the content of a submission.
TOLD = (
    "patient_name", "language", "source", "told_at", "heard_by", "consent_language", "owes_answer", "form_token",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a case for a caller, a message, somebody at a fair; then show the link to hand over."""
    user = request.user
    check_can_work_cases(user)  # type: ignore[arg-type]  # staff, the site made sure
    form = ByHandForm(request.POST if request.method == "POST" else None, user=user)  # type: ignore[arg-type]  # staff
    if not form.is_valid():
        return _ask(request, form, [], status=422 if form.is_bound else 200)
    found = of_same_person(form.cleaned_data["email"], form.cleaned_data["phone"])
    same = list(found.filter(visible_to(user)).select_related("owner"))  # type: ignore[arg-type]  # staff
    # A second click on the button that opened a case finds that very case.
    same = [case for case in same if case.form_token != form.cleaned_data["form_token"]]
    # Cases of the same person that the page has not shown yet are shown first.
    if not {case.reference for case in same} <= set(form.cleaned_data["known"].split()):
        return _ask(request, form, same, status=409)
    told = {name: form.cleaned_data[name] for name in TOLD}
    case, link = by_hand.open_case(content=form.content(), by=user, **told)  # type: ignore[arg-type]  # staff
    if link is None:
        messages.warning(
            request, _("This case is open already. Its link was shown once; show a new one if you need it.")
        )
        return redirect("admin:requests_case_change", case.pk)
    next_dates.ensure(case=case, by=user)  # type: ignore[arg-type]  # staff
    return _show_link(request, case, link, is_new_case=True)


@require_POST
def new_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a new link of a case once; who was shown it is kept."""
    case = get_case(request, pk)
    return _show_link(request, case, links.show(case=case, by=request.user))  # type: ignore[arg-type]  # staff


@require_http_methods(["GET", "HEAD", "POST"])
def new_way(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End every way into a case, after questions, and show the one link that opens it from now on."""
    case = get_case(request, pk)
    form = NewWayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _show_link(request, case, links.begin_anew(case=case, by=request.user, **form.cleaned_data))  # type: ignore[arg-type]  # staff
    lead = _(
        "For who lost phone and mailbox. Every link stops, and the case closes on every device; you get one new link."
    )
    status = 422 if form.errors else 200
    return render_page(request, "move.html", case, status=status, form=form, label=_("End all ways in"), lead=lead)


def _show_link(request: HttpRequest, case: Case, link: CaseLink, *, is_new_case: bool = False) -> HttpResponse:
    return render_page(
        request,
        "link_shown.html",
        case,
        address=links.address(link),
        days=settings.CASE_LINK_LIFETIME.days,
        site_language=formats.language_inside(case.language, desk_formats.language()),
        is_new_case=is_new_case,
    )


def _ask(request: HttpRequest, form: ByHandForm, same: list[Case], status: int) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("New case"),
        "form": form,
        "same": [{"row": case, "status": DESK_NAMES[Status(case.status)], "age": labels.age(case)} for case in same],
        "known": " ".join(case.reference for case in same),
        "texts": [
            (
                formats.language_inside(code, desk_formats.language()),
                code,
                [consents.current(purpose, code) for purpose in NEEDED_PURPOSES],
            )
            for code in settings.LIVE_LANGUAGES
        ],
    }
    return render(request, "admin/requests/new_case.html", context, status=status)
