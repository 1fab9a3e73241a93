"""Configuration of the clinics app: where treatment is done and by whom."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

PUBLIC = (
    *("Clinic", "ClinicFact", "ClinicLanguage", "ClinicService", "ClinicResearch", "ClinicSource", "Accreditation"),
    *("OfferedTreatment", "Doctor", "Publication", "CareAssistant", "City", "Airport", "TravelFact", "Photo"),
)


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics and people")

    def ready(self) -> None:
        from clinics import checks, versions  # noqa: F401, PLC0415 – needs the models; registers checks
        from clinics.services import photos  # noqa: PLC0415 – needs the models
        from portal.core.caching import content_version  # noqa: PLC0415 – has a model
        from portal.core.storage import sweeping  # noqa: PLC0415 – the registry of what names private files

        sweeping.register("clinics.Photo", "original")
        sweeping.register("clinics.Photo", "replaces")
        sweeping.register("clinics.Photo", "variants", names=photos.names)
        versions.connect()
        photos.connect()
        content_version.follow(*map(self.get_model, PUBLIC))
