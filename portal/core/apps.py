"""The ground floor of the portal: it knows no other app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from portal.core import checks, monitoring  # noqa: F401, PLC0415 – register the system checks and the alerts
