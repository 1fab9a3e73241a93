"""Admin page of the operator's rules about money: one row, so that its list is its page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from portal.core.admin.translated import TranslatedAdmin
from requests.models import MoneyRules
from requests.selectors.money_rules import ONLY


@admin.register(MoneyRules)
class MoneyRulesAdmin(TranslatedAdmin):
    """What patients read of money: how we are paid, deposit, refund; language by language."""

    empty_list = gettext_lazy("What patients read of how we are paid, of the deposit and of the refund.")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Open the one row, which is made when it is not there yet."""
        if self.has_view_or_change_permission(request):
            MoneyRules.objects.get_or_create(pk=ONLY)
            return redirect("admin:requests_moneyrules_change", ONLY)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MoneyRules | None = None) -> bool:
        return False
