"""Admin page of the deadline: how long an answer may take."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.core.admin.base import PortalAdmin
from requests.models import Deadline
from requests.services import clock


@admin.register(Deadline)
class DeadlineAdmin(PortalAdmin):
    """Working hours of the team within which a patient has an answer: one row, which changes what is owed now."""

    empty_list = _(
        "The working hours within which a patient has an answer. The row is made by “manage.py migrate”: tell whoever runs the portal that it is not here."
    )
    list_display = ("working_hours",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Deadline, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        clock.recompute()
