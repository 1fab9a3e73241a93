"""The made-up catalogue behind the public pages, and who looks at it."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from portal.accounts.enums import Role
from tests import frozen
from tests.accounts.cast import staff_client
from tests.conditions import catalogue
from tests.factories import make_staff


@pytest.fixture
def made_up(db: None) -> None:
    """Grey fever, two clinics and two packages; nothing else."""
    frozen.take(catalogue.WHOLE)


@pytest.fixture
def visitor() -> Client:
    """Somebody without an account or a cookie."""
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def editor(db: None) -> Client:
    """An editor at the desk."""
    return staff_client(make_staff(Role.EDITOR))


@pytest.fixture
def photo_folder(tmp_path: Path, settings: Settings) -> Path:
    """Private files of one test alone, so that orphans can be counted."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    return tmp_path / "files"
