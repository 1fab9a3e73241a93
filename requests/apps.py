"""Cases: what patients ask and how they are answered. (No relation to the HTTP library.)"""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "requests"
    verbose_name = "Cases"
