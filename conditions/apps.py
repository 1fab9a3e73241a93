"""Illnesses, their pages and what their treatment costs."""

from django.apps import AppConfig


class ConditionsConfig(AppConfig):
    name = "conditions"
    verbose_name = "Conditions and prices"

    def ready(self) -> None:
        from conditions import tasks  # noqa: F401, PLC0415 – registers what delivers the effects of pages
