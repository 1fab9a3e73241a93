"""How long we may take, as the lead decides."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.core.admin.base import PortalAdmin
from requests.models import Deadline


@admin.register(Deadline)
class DeadlineAdmin(PortalAdmin):
    """Working hours of the team that each state may take."""

    list_display = ("status", "working_hours")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("status",) if obj else ()
