"""A made-up catalogue in files as real ones are written: one condition, two clinics, two packages."""

from pathlib import Path

from clinics.models import CareAssistant, City, Clinic, Doctor
from clinics.services import loading as clinics_loading
from conditions.models import Area, Condition, Edition, Procedure, Questionnaire, QuestionnaireEdition
from conditions.services import loading
from portal.core.bulk.bulk_changes import bulk_changes
from requests.models import PackageLine, SupportPackage
from requests.services import packages
from tests import frozen

CONTENT = Path(__file__).parent / "content"
# What a test may begin with instead of the loaded content (tests/frozen.py).
EMPTY, GREY_FEVER, WHOLE = "empty", "grey_fever", "whole"


def keep_all() -> None:
    """Keep the empty catalogue, that of grey fever alone, and the whole one; then put the loaded content back."""
    empty()
    frozen.keep(EMPTY)
    load_conditions()
    frozen.keep(GREY_FEVER)
    load_clinics()
    load_packages()
    frozen.keep(WHOLE)
    frozen.restore()


def empty() -> None:
    """Take the content out."""
    people, questions = (Doctor, CareAssistant), (QuestionnaireEdition, Questionnaire)
    with bulk_changes():
        for model in (
            *people,
            *questions,
            Edition,
            Clinic,
            City,
            SupportPackage,
            PackageLine,
            Condition,
            Procedure,
            Area,
        ):
            model._default_manager.all().delete()


def load_conditions(folder: Path = CONTENT) -> None:
    with bulk_changes():
        loading.load_all(lambda line: None, folder=folder)


def load_clinics() -> None:
    with bulk_changes():
        clinics_loading.load_all(lambda line: None, folder=CONTENT / "others")


def load_packages() -> None:
    with bulk_changes():
        packages.load_all(lambda line: None, path=CONTENT / "others" / "packages.yaml")
