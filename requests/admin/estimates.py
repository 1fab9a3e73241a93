"""Admin page of estimates: references, lines and totals; for finance nothing that says what is treated."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from unfold.decorators import display

from portal.core.admin.base import PortalTabularInline, ReadOnlyAdmin
from requests.admin import labels
from requests.admin.desk import works_cases
from requests.enums import AccessKind
from requests.models import Estimate, EstimateLine
from requests.models.cases import visible_to
from requests.services import audit


class LineInline(PortalTabularInline):
    """The frozen lines."""

    model = EstimateLine
    fields = ("name", "quantity", "amount_from", "amount_to", "currency", "origin")
    readonly_fields = fields
    tab = False
    can_delete = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A name says what is treated.
        return self.fields if works_cases(request) else self.fields[1:]

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return False


@admin.register(Estimate)
class EstimateAdmin(ReadOnlyAdmin):
    """Every estimate that was issued; it never changes."""

    empty_list = _("Every estimate that was issued. Build the first one on the page of a case.")
    list_display = ("reference", "version", "kind", "total", "issued_at", "valid_until", "stands", "answer")
    list_select_related = ("case",)
    list_filter = ("kind",)
    search_fields = ("case__reference",)
    date_hierarchy = None
    inlines = (LineInline,)
    fields = (
        "reference", "version", "kind", "total", "has_total", "issued_at", "issued_by", "valid_until", "how_we_are_paid",
        "included", "excluded", "superseded_at", "pdf_sha256",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Estimate]:
        estimates: QuerySet[Estimate] = super().get_queryset(request).prefetch_related("lines", "decisions")
        return estimates.filter(visible_to(request.user, "case__")) if works_cases(request) else estimates  # type: ignore[arg-type]  # staff

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # What is included and what is not says what is treated.
        return tuple(name for name in self.fields if works_cases(request) or name not in ("included", "excluded"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        estimate = self.get_object(request, object_id)
        if estimate is not None and self.has_view_permission(request, estimate):
            audit.record_access(estimate.case, AccessKind.ESTIMATE, by=request.user, object_id=estimate.pk)  # type: ignore[arg-type]
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    @display(description=_("Case"), ordering="case__reference")
    def reference(self, estimate: Estimate) -> str:
        return estimate.case.reference

    @display(description=_("Total"))
    def total(self, estimate: Estimate) -> str:
        return labels.total(estimate)

    @display(description=_("Stands"), boolean=True)
    def stands(self, estimate: Estimate) -> bool:
        return estimate.superseded_at is None

    @display(description=pgettext_lazy("desk", "Patient’s answer"))
    def answer(self, estimate: Estimate) -> str:
        decisions = sorted(estimate.decisions.all(), key=lambda decision: decision.created_at)
        if decisions:
            return str(decisions[-1].get_kind_display())
        is_missing = estimate.has_expired and estimate.superseded_at is None and not estimate.is_preliminary
        return pgettext("desk", "expired") if is_missing else ""
