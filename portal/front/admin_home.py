"""First page of the admin: the health of the portal, for administrators."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.enums import Role
from portal.core.health import readiness
from portal.core.models import Alert
from portal.front.opening import report

PARTS = {
    "database": _("Database"),
    "migrations": _("Migrations of the database"),
    "outbox": _("Mails and documents leave in time"),
    "disk": _("Room for files"),
    "files": _("Files can be stored"),
    "processes": _("Processes in the background"),
}


def with_health(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what monitors are told, open alerts, and what is missing before the opening, to the page of an administrator."""
    if not request.user.has_role(Role.ADMINISTRATOR):  # type: ignore[union-attr]  # staff, the site made sure
        return context
    parts = [(PARTS[name], result, result == readiness.OK) for name, result in readiness.report().items()]
    alerts = Alert.objects.filter(over_at=None).order_by("kind").values_list("kind").annotate(number=Count("pk"))
    return {**context, "health": parts, "alerts": list(alerts), "missing": report.number_missing()}
