"""Admin page of who saw what: of a case everything, of colleagues their days and the references of cases."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from portal.core.localisation import desk_formats
from requests.admin import conversation
from requests.forms.who_saw import WhoSawForm
from requests.permissions import check_can_see_who_saw
from requests.selectors import who_saw
from requests.services import audit

ROWS = 50
# Days that a page of a colleague's report shows; a span is a year at most.
DAYS = 31


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show who read a case, or what colleagues read; that the report was read is written down first."""
    user: Any = request.user
    check_can_see_who_saw(user)
    form = WhoSawForm(request.GET)
    is_valid = form.is_valid()
    context = {**admin.site.each_context(request), "title": pgettext("desk", "Who saw what"), "form": form}
    if is_valid and form.cleaned_data["reference"]:
        context |= _of_case(request, form.cleaned_data["reference"])
    elif is_valid:
        context |= _of_colleagues(request, form)
    query = request.GET.copy()
    query.pop("page", None)
    context["query"] = query.urlencode()
    return render(request, "admin/requests/who_saw.html", context, status=200 if is_valid else 422)


def _of_case(request: HttpRequest, typed: str) -> dict[str, Any]:
    user: Any = request.user
    reference, reads = who_saw.of_case(typed) or ("", None)
    assert reads is not None  # the form made sure
    # A slip of the finger is no case, and nobody read anything of it.
    if reads.exists():
        audit.record_report(by=user, reference=reference)
    rows: Page[Any] = Paginator(reads, ROWS).get_page(request.GET.get("page"))
    shown = [
        {**row, "at": desk_formats.moment(row["at"]), "is_unusual": who_saw.is_unusual(row["at"])}
        for row in conversation.with_actors(rows.object_list)  # type: ignore[arg-type]  # a slice of the query
    ]
    return {"reference": reference, "page": rows, "rows": shown}


def _of_colleagues(request: HttpRequest, form: WhoSawForm) -> dict[str, Any]:
    user: Any = request.user
    audit.record_report(by=user)
    days = {name: form.cleaned_data[name] for name in ("since", "until")}
    span = who_saw.span(**days)
    colleague = form.cleaned_data["colleague"]
    if colleague is None:
        rows = who_saw.colleagues(*span)
        return {**days, "colleagues": [(row, desk_formats.moment(row.last_at)) for row in rows]}
    reads = who_saw.reads_of_staff(*span).filter(actor_id=colleague.pk)
    cases: Page[Any] = Paginator(who_saw.cases(reads), ROWS).get_page(request.GET.get("page"))
    shown = [
        (case, desk_formats.moment(case.first_at), desk_formats.moment(case.last_at))
        for case in who_saw.affected(list(cases.object_list))
    ]
    return {**days, "colleague": colleague, "page": cases, "cases": shown, "days": who_saw.days(reads)[:DAYS]}
