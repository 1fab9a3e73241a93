"""Cases: what patients ask and how they are answered. (No relation to the HTTP library.)"""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "requests"
    verbose_name = "Cases"

    def ready(self) -> None:
        from requests import tasks  # noqa: F401, PLC0415 – registers what delivers the effects of cases
