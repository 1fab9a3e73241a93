"""nginx in front of a portal's real web process."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from tests.nginx.stub import Stub
from tests.services import Nginx, Portal
from tests.services.nginx import keep_apart, lift_limits

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


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A stand-in for the portal, running."""
    server = Stub()
    yield server
    server.stop()


@pytest.fixture
def stub_nginx(stub: Stub, tmp_path: Path, settings: LazySettings) -> Iterator[Nginx]:
    """nginx in front of the stub, not started yet, which needs no database and is written by this process."""
    server = Nginx(Portal(tmp_path, {}), tmp_path / "nginx")
    server.has_limits = False
    settings.NGINX_PORT = server.port
    settings.NGINX_COPIES_PORT = int(server.portal.env["NGINX_COPIES_PORT"])
    settings.WEB_SERVERS = [f"127.0.0.1:{stub.port}"]
    settings.SITE_URL = server.url
    settings.OPERATOR_EMAIL, settings.OPERATOR_PHONE = OPERATOR.values()

    def write() -> None:
        call_command("write_nginx", server.folder, stdout=StringIO())
        keep_apart(server.folder / "nginx.conf", server.folder)
        if not server.has_limits:
            lift_limits(server.folder / "nginx.conf")

    server.write = write  # type: ignore[method-assign]  # quicker than a process of its own
    yield server
    server.stop()
