"""Configuration of the front app: pages that show more than one app. It has no model."""

from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "portal.front"
    label = "front"

    def ready(self) -> None:
        from portal.front.search import search_index  # noqa: PLC0415 – needs the models

        search_index.connect()
