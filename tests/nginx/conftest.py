"""nginx in front of a portal's real web process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nginx.stub import OPERATOR, Stub, in_front_of
from tests.services import Nginx, Portal


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


@pytest.fixture
def lonely_nginx(tmp_path: Path) -> Iterator[Nginx]:
    """nginx over plain HTTP in front of nobody, not started yet, which needs no database."""
    server = Nginx(Portal(tmp_path, dict(OPERATOR)), tmp_path / "nginx")
    yield server
    server.stop()


@pytest.fixture
def lonely_tls_nginx(tmp_path: Path) -> Iterator[Nginx]:
    """The same with a throw-away certificate."""
    server = Nginx(Portal(tmp_path, dict(OPERATOR)), tmp_path / "nginx", tls=True)
    yield server
    server.stop()


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A stand-in for the portal, running."""
    server = Stub()
    yield server
    server.stop()


@pytest.fixture
def stub_nginx(stub: Stub, tmp_path: Path) -> Iterator[Nginx]:
    """nginx in front of the stub, not started yet, which needs no database."""
    with in_front_of(stub, tmp_path / "nginx") as server:
        yield server
