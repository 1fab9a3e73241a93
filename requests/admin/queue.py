"""Queue of the desk: what stands around its rows, and the forms that act on several of them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.core.admin.base import PortalChangeList
from portal.core.localisation import desk_formats
from portal.core.worktime import CLOSES
from requests.admin import handover, labels, list_place, owners, queue_rows
from requests.admin.desk import numbers, preference
from requests.enums import AccessKind, Source
from requests.forms.queue import FilterForm, QueueDateForm, QueueOwnerForm
from requests.models import Case, QueueFigures
from requests.models.cases import sees_all_cases
from requests.permissions import check_can_work_cases
from requests.selectors import queue
from requests.selectors import queue_rows as row_selectors
from requests.services import assignment, audit, desk
from requests.services import queue as writes

# No page of a list lies behind more rows than these: what is further away is found by searching.
MOST_LISTED = 50_000
AT_ONCE = 50


class QueuePaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Pages of a list of which nobody has to know how long it is beyond ``MOST_LISTED``."""

    @cached_property
    def count(self) -> int:
        cases: Any = self.object_list
        # A column of the index of current cases, so that the table is not read.
        return int(cases.order_by().values("status")[:MOST_LISTED].count())

    def page(self, number: Any) -> Page[Any]:
        """Return a page: its keys, which an index alone passes by and finds, then their cases."""
        number = self.validate_number(number)
        cases: Any = self.object_list
        start = (number - 1) * self.per_page
        keys = list(cases.values_list("pk", flat=True)[start : start + self.per_page])
        return Page(row_selectors.page(keys), number, self)


class QueueList(PortalChangeList):
    """List of cases that reads one page as it reads each of several."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


def at_most(number: int) -> str:
    """Write a number of cases as it stands beside a view."""
    return str(number) if number <= queue.MOST_COUNTED else f"{queue.MOST_COUNTED}+"


def views(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the views of the queue for menu and page: name, address, number, whether it is this one."""
    counts, here = numbers(request), reverse("admin:requests_case_changelist")
    chosen = _of_view(request) if request.path == here else None
    rows: list[dict[str, Any]] = [
        {"name": _("Everything current"), "url": here, "number": counts.get("current", 0), "key": ""},
        *(
            {"name": view.name, "url": f"{here}?{view.query}", "number": counts.get(view.key, 0), "key": view.query}
            for view in queue.VIEWS
        ),
    ]
    return [{**row, "shown": at_most(row["number"]), "is_current": chosen == row["key"]} for row in rows]


def _of_view(request: HttpRequest) -> str:
    """Return the part of the address that names a view, empty without one."""
    names = [f"{name}={request.GET[name]}" for name in ("whose", "needs") if request.GET.get(name)]
    others = request.GET.get("status") or request.GET.get("q")
    return "&".join(names) if names else "other" if others else ""


def context(request: HttpRequest, cases: list[Case]) -> dict[str, Any]:
    """Return what the page of the queue shows of some cases of ``queue_rows.listed``; who reads names is written down."""
    user: Any = request.user
    kept = preference(request)
    if not kept.hides_names:
        audit.record_daily_access(cases, AccessKind.LISTED, by=user)
    rows, here = row_selectors.rows(cases, hides_names=kept.hides_names), reverse("admin:requests_case_changelist")
    place = f"?{urlencode({list_place.FILTERS: request.GET.urlencode()})}" if request.GET else ""
    return {
        "rows": queue_rows.shown(rows, here=here, place=place),
        "views": views(request),
        # They count the cases of everybody, and each leads to those that it counted.
        "figures": _figures(queue.figures()) if sees_all_cases(user) else None,
        "hides_names": kept.hides_names,
        # The words of the filters cost their choices, and most of the day there are none.
        "kept_filters": FilterForm(initial=kept.filters).in_words() if kept.filters else "",
        "owner_form": QueueOwnerForm(),
        "date_form": QueueDateForm(),
        "failed_mails": numbers(request).get("mails", 0),
        "handover": handover.unread(user),
    }


def _figures(row: QueueFigures | None) -> dict[str, Any] | None:
    """Return the six figures in words, each with the address of its cases; None before the first count."""
    if row is None:
        return None
    here = reverse("admin:requests_case_changelist")
    median, slowest = row.first_answer_median, row.first_answer_p90
    figures = [
        (_("First answer, median"), labels.short_span(median) if median is not None else "–", "answered"),
        (_("90th percentile"), labels.short_span(slowest) if slowest is not None else "–", "slow"),
        (_("Waiting now"), str(row.waiting), "answer"),
        (_("Longest wait"), labels.since(row.longest_waiting_since, row.at), "longest"),
        (_("Estimates out"), str(row.estimates_out), "estimate"),
        (_("Accepted this month"), str(row.accepted), "accepted"),
    ]
    sources = ", ".join(f"{Source(source).label} {number}" for source, number in row.sources)
    return {
        "at": desk_formats.brief(row.at),
        "sources": sources,
        "rows": [(name, value, f"{here}?needs={key}") for name, value, key in figures],
    }


# ── Filters ──────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """Keep filters, drop them all, or hide and show names, then go back to the list; a GET asks for the filters."""
    user: Any = request.user
    check_can_work_cases(user)
    if request.method != "POST":
        shown = {
            "filters": FilterForm(initial=preference(request).filters),
            "title": _("Filters"),
            "next": _onward(request),
        }
        return render(request, "admin/requests/queue_filters.html", admin.site.each_context(request) | shown)
    if "names" in request.POST:
        writes.hide_names(user=user, hides_names=request.POST["names"] == "hide")
    elif "clear" in request.POST:
        writes.keep_filters(user=user, filters={})
    else:
        form = FilterForm(request.POST)
        form.is_valid()  # what is no choice is not kept
        writes.keep_filters(user=user, filters=form.cleaned_data)
    return _back(request)


def _onward(request: HttpRequest) -> str:
    """Return the address of the view of the list that somebody came from."""
    onward = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    return onward if is_ours else reverse("admin:requests_case_changelist")


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(_onward(request))


# ── Several cases at once ────────────────────────────────────────────────────────────────────


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Take one case, or assign, date or close as spam those that are chosen; no mail leaves to a patient."""
    user: Any = request.user
    check_can_work_cases(user)
    if "take" in request.POST:
        return _take(request)
    cases = _chosen(request.POST.getlist("case"), user)
    if not cases:
        messages.error(request, _("Nothing is done: choose cases first, at the left of their rows."))
        return _back(request)
    deeds = {"assign": _assign, "suggested": _give_as_suggested, "date": _date, "spam": _spam}
    deed = deeds.get(request.POST.get("do", ""))
    return deed(request, cases) if deed else _back(request)


def _chosen(values: list[str], user: User) -> list[Case]:
    """Return the chosen cases that somebody sees, at most a page of them; what is no key of a case chooses nothing."""
    field = forms.UUIDField()
    keys = []
    for value in values[:AT_ONCE]:
        try:
            keys.append(field.clean(value))
        except forms.ValidationError:
            continue
    return list(Case.objects.visible_to(user).filter(pk__in=keys).order_by("reference"))


def _take(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    for case in _chosen(request.POST.getlist("take"), user):
        quicker = writes.take(case=case, by=user)
        if quicker is None:
            messages.success(request, _("%(reference)s is yours.") % {"reference": case.reference})
        else:
            messages.warning(
                request,
                _("%(reference)s is with %(owner)s, who was quicker.")
                % {"reference": case.reference, "owner": quicker},
            )
    return _back(request)


def _assign(request: HttpRequest, cases: list[Case]) -> HttpResponse:
    form = QueueOwnerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Select a coordinator."))
        return _back(request)
    owner: User = form.cleaned_data["owner"]
    for sentence in owners.warnings([owner.pk]):
        messages.warning(request, sentence)
    return _do(
        request,
        cases,
        lambda case: desk.assign(case=case, to=owner, by=request.user),  # type: ignore[arg-type]  # staff
        lambda references: _("%(references)s: with %(owner)s.") % {"references": references, "owner": owner},
    )


def _give_as_suggested(request: HttpRequest, cases: list[Case]) -> HttpResponse:
    done, refused = writes.each(cases, lambda case: assignment.give_as_suggested(case=case, by=request.user))  # type: ignore[arg-type]
    if done:
        given = ", ".join(f"{case.reference} ({case.owner})" for case in done)
        messages.success(request, _("Given to whom we suggest: %(cases)s.") % {"cases": given})
    for sentence in refused:
        messages.error(request, sentence)
    return _back(request)


def _date(request: HttpRequest, cases: list[Case]) -> HttpResponse:
    form = QueueDateForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return _back(request)
    on, token = form.moment(), form.cleaned_data["form_token"]

    def said(references: str) -> str:
        names = {"references": references, "day": desk_formats.day(on.date()), "time": f"{CLOSES:%H:%M}"}
        return _("%(references)s: due again on %(day)s, %(time)s.") % names

    def date(case: Case) -> None:
        # One token of the page and the case: a second click dates it once.
        writes.set_date(case=case, on=on, by=request.user, form_token=f"{token}:{case.pk.hex[:20]}")  # type: ignore[arg-type]

    return _do(request, cases, date, said)


def _spam(request: HttpRequest, cases: list[Case]) -> HttpResponse:
    if "sure" not in request.POST:
        shown = {"cases": cases, "next": _onward(request), "title": _("Close as spam")}
        return render(request, "admin/requests/queue_spam.html", admin.site.each_context(request) | shown)
    return _do(
        request,
        cases,
        lambda case: writes.close_as_spam(case=case, by=request.user),  # type: ignore[arg-type]  # staff
        lambda references: _("%(references)s: closed as spam.") % {"references": references},
    )


def _do(
    request: HttpRequest, cases: list[Case], do: Callable[[Case], None], said: Callable[[str], str]
) -> HttpResponse:
    """Do something with each case, and say what became of which; ``said`` words what was done with some references."""
    done, refused = writes.each(cases, do)
    if done:
        messages.success(request, said(", ".join(case.reference for case in done)))
    for sentence in refused:
        messages.error(request, sentence)
    return _back(request)
