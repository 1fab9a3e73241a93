"""The made-up catalogue behind the public pages."""

import pytest
from django.test import Client

from tests import frozen
from tests.conditions import catalogue


@pytest.fixture
def made_up(db: None) -> None:
    """Grey fever, two clinics and two packages; nothing else."""
    frozen.take(catalogue.WHOLE)


@pytest.fixture
def visitor() -> Client:
    """Somebody without an account or a cookie."""
    return Client(HTTP_HOST="localhost")
