"""Where treatment is done and by whom."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = "Clinics and people"

    def ready(self) -> None:
        from clinics import checks, tasks, versions  # noqa: F401, PLC0415 – needs the models; registers checks and handlers
        from clinics.services import photos  # noqa: PLC0415 – needs the models

        versions.connect()
        photos.connect()
