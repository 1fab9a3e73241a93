"""The shop window: pages that show more than one app. It has no model."""

from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "portal.front"
    label = "front"
