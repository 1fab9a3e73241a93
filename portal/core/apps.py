"""Configuration of the core app, which imports no other app, and of the admin."""

from functools import partial
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin
from django.db import connections
from django.db.models.signals import pre_migrate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import autodiscover_modules, import_string
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class PortalAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # Unfold has no types
    """Unfold's site, whose list of all apps is made when a page reads it."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        # Django makes it for every page, a tenth of its time; the menu is our own, and no page shows it.
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send somebody to where their day begins, or show everything that they can open."""
        home = import_string(settings.ADMIN_HOME)(request)
        response: HttpResponse = redirect(home) if home else super().index(request, extra_context)
        return response


class PortalAdminConfig(admin.AdminConfig):
    default = False
    # Not in the package of the admin, which registers models with the site while it is imported.
    default_site = "portal.core.apps.PortalAdminSite"


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from portal.core import checks  # noqa: F401, PLC0415 – register the system checks and the alerts
        from portal.core.content.english_columns import keep_english  # noqa: PLC0415 – the models are there by now
        from portal.core.delivery import monitoring  # noqa: F401, PLC0415 – register the system checks and the alerts

        keep_english()
        # Each app registers what delivers its effects in a module of this name.
        autodiscover_modules("deliveries")
        pre_migrate.connect(take_time, sender=self)


def take_time(using: str, **_about: Any) -> None:
    """Let the statements of migrations last as long as they need, unlike those of the running portal."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0"
            )
