"""The filters of the case list."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from requests.admin.words import STATUS
from requests.models import Case
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
                return queryset.filter(owner=None)
        return queryset


class NeedsFilter(SimpleListFilter):
    """What needs somebody now."""

    title = "what needs us"
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [
            ("answer", "An answer"),
            ("overdue", "Overdue"),
            ("release", "Quarantined"),
            ("address", "Address refused"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "answer":
                return queryset.waiting()
            case "overdue":
                return queryset.overdue()
            case "release":
                return queryset.to_check()
            case "address":
                return queryset.filter(email_refused_at__isnull=False)
        return queryset


class StatusFilter(SimpleListFilter):
    """Open and waiting (unless something is searched for), open, ended, one state, or all."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        some = [("all", "All"), ("open", "All open"), ("ended", "All ended")]
        return [*some, *((one.value, name) for one, name in STATUS.items())]

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *others = super().choices(changelist)
        yield {**default, "display": "Open, or waiting for an answer"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset if request.GET.get(SEARCH_VAR) else queryset.current()
            case "all":
                return queryset
            case "open":
                return queryset.open()
            case "ended":
                return queryset.exclude(status__in=OPEN)
        return queryset.filter(status=self.value())
