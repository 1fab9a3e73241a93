"""The filters of the case list."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from requests.admin.words import STATUS
from requests.models import Case
from requests.selectors.desk import late
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
                return queryset.filter(owner=None, is_quarantined=False)
        return queryset


class NeedsFilter(SimpleListFilter):
    """What needs somebody now."""

    title = "what needs us"
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("overdue", "Overdue"), ("release", "Quarantined"), ("address", "Address refused")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case "overdue":
                return queryset.filter(late())
            case "release":
                return queryset.filter(is_quarantined=True)
            case "address":
                return queryset.filter(email_refused_at__isnull=False)
        return queryset


class StatusFilter(SimpleListFilter):
    """Open, ended, or one state."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("open", "All open"), ("ended", "All ended"), *((one.value, name) for one, name in STATUS.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        value = self.value()
        if value == "open":
            return queryset.filter(status__in=OPEN)
        if value == "ended":
            return queryset.exclude(status__in=OPEN)
        return queryset.filter(status=value) if value else queryset
