"""Cases: what patients ask and how they are answered. (No relation to the HTTP library.)"""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "requests"
    verbose_name = "Cases"

    def ready(self) -> None:
        from requests import monitoring, tasks  # noqa: F401, PLC0415 – register the alerts and what delivers effects
