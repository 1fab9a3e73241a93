"""MDN's HTTP Observatory gives the site its best grade, over TLS, through nginx."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Nginx, Portal

FOLDER = Path(__file__).parent


@pytest.fixture
def tls_nginx(portal: Portal, tmp_path: Path) -> Iterator[Nginx]:
    """nginx with a throw-away certificate."""
    server = Nginx(portal, tmp_path / "nginx", tls=True)
    portal.start("web")
    server.start()
    yield server
    server.stop()


def test_the_grade_is_a_plus(tls_nginx: Nginx) -> None:
    [node] = FOLDER.glob("node_modules/node-linux-*/bin/node")
    command = [str(node), "scan.js", f"localhost:{tls_nginx.tls_port}"]
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(tls_nginx.authority)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    failed = {name: result for name, (passed, result) in found["outcomes"].items() if not passed}
    assert failed == {}
    assert found["grade"] == "A+"
    assert found["score"] >= 130, found
