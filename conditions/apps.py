"""Illnesses, their pages and what their treatment costs."""

from django.apps import AppConfig


class ConditionsConfig(AppConfig):
    name = "conditions"
    verbose_name = "Conditions and prices"
