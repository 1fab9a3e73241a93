"""Filters of the case list."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests.admin.desk import asked
from requests.enums import DESK_NAMES, Status
from requests.models import Case
from requests.models.cases import on_hold
from requests.selectors.queue import FIGURES, VIEWS
from requests.workflow import OPEN

REFUSED = ("address", gettext_lazy("Address refused"))
# Lists of their own: what the rest of the desk sees does not bound them.
UNBOUNDED = {"hold", *(view.key for view in FIGURES), *(view.key for view in VIEWS if view.of_ended)}


class ViewFilter(SimpleListFilter):
    """One of the views of the queue, by the parameter that it stands in."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            (view.key, view.name) for view in (*VIEWS, *FIGURES) if view.query.startswith(f"{self.parameter_name}=")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        for view in (*VIEWS, *FIGURES):
            if view.query == f"{self.parameter_name}={self.value()}":
                return queryset.filter(view.condition(asked(request)))
        return queryset


class WhoseFilter(ViewFilter):
    """Mine, or nobody's."""

    title = gettext_lazy("owner")
    parameter_name = "whose"


class NeedsFilter(ViewFilter):
    """What needs somebody now."""

    title = gettext_lazy("what needs us")
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), REFUSED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() == REFUSED[0]:
            return queryset.filter(Q(email_refused_at__isnull=False))
        return super().queryset(request, queryset)


class StatusFilter(SimpleListFilter):
    """Open and waiting (unless something is searched for), open, ended, one state, or all."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        some = [("all", _("All")), ("open", _("All open")), ("ended", _("All ended"))]
        return [*some, *((status.value, name) for status, name in DESK_NAMES.items())]

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *others = super().choices(changelist)
        yield {**default, "display": _("Open, or waiting for an answer")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                # A search finds every case, and some lists are lists of their own.
                finds_all = request.GET.get(SEARCH_VAR) or request.GET.get(NeedsFilter.parameter_name) in UNBOUNDED
                return queryset if finds_all else queryset.current()
            case "all":
                return queryset.exclude(status=Status.SPAM)
            case "open":
                return queryset.open().exclude(on_hold())
            case "ended":
                return queryset.exclude(status__in=[*OPEN, Status.SPAM])
        return queryset.filter(status=self.value())
