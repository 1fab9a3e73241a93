"""Admin page of what clinics pay us: for finance alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.translation import gettext_lazy, pgettext
from unfold.decorators import display

from clinics.models import ClinicCommission
from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import PortalModelForm


class CommissionForm(PortalModelForm):
    """What a clinic pays from a day on: a share, or terms in words."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if data.get("percent") is None and not data.get("terms") and "percent" not in self.errors:
            self.add_error("percent", pgettext("desk", "Enter a share, or the terms in words."))
        return data


@admin.register(ClinicCommission)
class ClinicCommissionAdmin(PortalAdmin):
    """What clinics pay us. No list is sorted by it."""

    empty_list = gettext_lazy("What each clinic pays us, from a day on. Finance alone sees this list.")
    form = CommissionForm
    list_display = ("clinic", "share", "terms", "valid_from", "entered")
    list_select_related = ("clinic", "entered_by")
    list_filter = ("clinic",)
    search_fields = ("clinic__slug", "clinic__name_en", "clinic__name_ru")
    ordering = ("clinic__slug", "-valid_from")
    fields = ("clinic", ("percent", "terms"), "valid_from")

    def save_model(self, request: HttpRequest, obj: ClinicCommission, form: CommissionForm, change: bool) -> None:
        obj.entered_by = request.user  # type: ignore[assignment]  # staff
        super().save_model(request, obj, form, change)

    # A method has no order, not even by hand in the address.
    @display(description=gettext_lazy("Percent"))
    def share(self, commission: ClinicCommission) -> str:
        return "–" if commission.percent is None else localize(commission.percent.normalize())

    @display(description=gettext_lazy("Entered by"))
    def entered(self, commission: ClinicCommission) -> str:
        return str(commission.entered_by or "–")
