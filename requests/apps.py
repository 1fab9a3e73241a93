"""Configuration of the requests app: what patients ask and how they are answered. (No relation to the HTTP library.)"""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy

PUBLIC = ("SupportPackage", "PackageLine", "PackageTerm", "RetentionRule")


class RequestsConfig(AppConfig):
    name = "requests"
    verbose_name = gettext_lazy("Cases")

    def ready(self) -> None:
        from portal.core.backups import verification  # noqa: PLC0415 – the registry of what a restored copy opens
        from portal.core.caching import content_version  # noqa: PLC0415 – registries, of which one has a model
        from portal.core.encryption import rekeying  # noqa: PLC0415 – registries, of which one has a model
        from portal.core.storage import sweeping  # noqa: PLC0415 – as above
        from requests import (  # noqa: PLC0415 – as above
            append_only,
            monitoring,  # noqa: F401 – registers the alerts
        )
        from requests.services import (  # noqa: PLC0415 – as above
            acceptance_records,  # noqa: F401 – registers what prints them
            estimates,
            people,
            trip_papers,  # noqa: F401 – as above
        )

        rekeying.register("requests.Case", "wrapped_key")
        rekeying.register("requests.HandoverNote", "wrapped_key")
        sweeping.register("requests.Document", "preview")
        sweeping.register("requests.DocumentPart", "file")
        sweeping.register("requests.ErasedFile", "name")
        sweeping.register("requests.Estimate", "pdf_name")
        sweeping.register("requests.PrintedPaper", "name")
        content_version.follow(*map(self.get_model, PUBLIC))
        people.connect()
        pre_migrate.connect(append_only.unprotect, sender=self)
        post_migrate.connect(append_only.protect, sender=self)
        verification.register("printed estimates", estimates.open_newest_pdf)
