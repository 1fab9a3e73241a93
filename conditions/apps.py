"""Illnesses, their pages and what their treatment costs."""

from django.apps import AppConfig


class ConditionsConfig(AppConfig):
    name = "conditions"
    verbose_name = "Conditions and prices"

    def ready(self) -> None:
        from conditions import tasks  # noqa: F401, PLC0415 – registers what delivers the effects of pages
        from portal.core import rekeying  # noqa: PLC0415 – the registry of columns under the key ring

        rekeying.register("conditions.Feedback", "sealed_key")
