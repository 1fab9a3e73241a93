"""Filters of the case list."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from requests.enums import DESK_NAMES, Status
from requests.models import Case
from requests.models.cases import CaseQuerySet, on_hold, unowned
from requests.workflow import OPEN


class WhoseFilter(SimpleListFilter):
    """Mine, or nobody's."""

    title = "owner"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("mine", "Mine"), ("nobody", "Unassigned")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case "mine":
                return queryset.filter(owner=request.user.pk)
            case "nobody":
                return queryset.filter(unowned())
        return queryset


# What is named in the address, in the list of filters, and how cases are chosen.
NEEDS: dict[str, tuple[str, Callable[[CaseQuerySet], QuerySet[Case]]]] = {
    "answer": ("An answer", CaseQuerySet.waiting),
    "overdue": ("Overdue", CaseQuerySet.overdue),
    "release": ("Quarantined", CaseQuerySet.to_check),
    "hold": ("On hold", CaseQuerySet.on_hold),
    "address": ("Address refused", lambda cases: cases.filter(email_refused_at__isnull=False)),
}


class NeedsFilter(SimpleListFilter):
    """What needs somebody now."""

    title = "what needs us"
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(value, name) for value, (name, _choose) in NEEDS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        _name, choose = NEEDS.get(self.value() or "", ("", CaseQuerySet.all))
        return choose(queryset)


class StatusFilter(SimpleListFilter):
    """Open and waiting (unless something is searched for), open, ended, one state, or all."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        some = [("all", "All"), ("open", "All open"), ("ended", "All ended")]
        return [*some, *((status.value, name) for status, name in DESK_NAMES.items())]

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *others = super().choices(changelist)
        yield {**default, "display": "Open, or waiting for an answer"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                # A search finds every case, and the list of cases on hold is a list of its own.
                finds_all = request.GET.get(SEARCH_VAR) or request.GET.get(NeedsFilter.parameter_name) == "hold"
                return queryset if finds_all else queryset.current()
            case "all":
                return queryset.exclude(status=Status.SPAM)
            case "open":
                return queryset.open().exclude(on_hold())
            case "ended":
                return queryset.exclude(status__in=[*OPEN, Status.SPAM])
        return queryset.filter(status=self.value())
