"""Configuration of the requests app: what patients ask and how they are answered. (No relation to the HTTP library.)"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy

PUBLIC = ("SupportPackage", "PackageLine", "PackageTerm")


class RequestsConfig(AppConfig):
    name = "requests"
    verbose_name = gettext_lazy("Cases")

    def ready(self) -> None:
        from portal.core.backups import verification  # noqa: PLC0415 – the registry of what a restored copy opens
        from portal.core.caching import content_version  # noqa: PLC0415 – registries, of which one has a model
        from portal.core.encryption import rekeying  # noqa: PLC0415 – registries, of which one has a model
        from portal.core.storage import sweeping  # noqa: PLC0415 – as above
        from requests import monitoring  # noqa: F401, PLC0415 – registers the alerts
        from requests.services import estimates, people  # noqa: PLC0415 – as above

        rekeying.register("requests.Case", "wrapped_key")
        rekeying.register("requests.HandoverNote", "wrapped_key")
        sweeping.register("requests.Document", "preview")
        sweeping.register("requests.DocumentPart", "file")
        sweeping.register("requests.Estimate", "pdf_name")
        content_version.follow(*map(self.get_model, PUBLIC))
        people.connect()
        verification.register("printed estimates", estimates.open_newest_pdf)
