"""nginx in front of a portal's real web process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Nginx, Portal

OPERATOR = {"OPERATOR_EMAIL": "help@clinic-search.example", "OPERATOR_PHONE": "+7 (495) 123-45-67"}


@pytest.fixture
def nginx(portal: Portal, tmp_path: Path) -> Iterator[Nginx]:
    """nginx over plain HTTP, not started yet."""
    portal.env |= OPERATOR
    server = Nginx(portal, tmp_path / "nginx")
    yield server
    server.stop()


@pytest.fixture
def tls_nginx(portal: Portal, tmp_path: Path) -> Iterator[Nginx]:
    """nginx with a throw-away certificate, not started yet."""
    portal.env |= OPERATOR
    server = Nginx(portal, tmp_path / "nginx", tls=True)
    yield server
    server.stop()
