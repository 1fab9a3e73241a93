"""A made-up catalogue in files as real ones are written: one condition, two clinics, two packages."""

from pathlib import Path

import clinics.services
from clinics.models import City, Clinic
from conditions.models import Area, Condition, Edition, Procedure
from conditions.services import loading
from requests.models import PackageLine, SupportPackage
from requests.services import packages

CONTENT = Path(__file__).parent / "content"


def empty() -> None:
    """Take the real content out, for this test."""
    for model in (Edition, Clinic, City, SupportPackage, PackageLine, Condition, Procedure, Area):
        model._default_manager.all().delete()


def load_conditions(folder: Path = CONTENT) -> None:
    loading.load_all(lambda line: None, folder=folder)


def load_clinics() -> None:
    clinics.services.load_all(lambda line: None, path=CONTENT / "others" / "clinics.yaml")


def load_packages() -> None:
    packages.load_all(lambda line: None, path=CONTENT / "others" / "packages.yaml")
