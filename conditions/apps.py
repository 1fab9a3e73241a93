"""Configuration of the conditions app: illnesses, their pages and what their treatment costs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

PUBLIC = ("Area", "Condition", "Edition", "EditionHtml", "Price", "Procedure")


class ConditionsConfig(AppConfig):
    name = "conditions"
    verbose_name = _("Conditions and prices")

    def ready(self) -> None:
        from portal.core.caching import content_version  # noqa: PLC0415 – registries, of which one has a model
        from portal.core.encryption import rekeying  # noqa: PLC0415 – registries, of which one has a model

        rekeying.register("conditions.Feedback", "wrapped_key")
        # Drafts are read by editors alone.
        content_version.follow(*map(self.get_model, PUBLIC))
