"""docs/operations.md is followed word for word: its blocks are read out of the document and run.

Only addresses, ports and paths are replaced, so that it happens on this machine.
"""

import os
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from django.core.management import get_commands

from portal.core.encryption.primitives import keyed_hash
from requests.models import Submission
from tests.faults.conftest import QUICK
from tests.faults.visitor import Visitor
from tests.operations import DOCUMENT, block
from tests.services import Portal, Process, free_port
from tests.services.nginx import keep_apart, make_certificate, nginx_command
from tests.services.process import PROJECT, accepts, wait_until


def variables(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def replaced(text: str, **names: str) -> str:
    for name, value in names.items():
        assert name in text, f"{name} is not in the document any more"
        text = text.replace(name, value)
    return text


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="operations") as path:
        yield Path(path)


def write_and_start(portal: Portal, folder: Path) -> Process:
    """Follow "Without containers" and return the nginx that it starts."""
    write, check, start = replaced(block("**Without containers**"), **{"/etc/marus/nginx": str(folder)}).splitlines()
    assert write.startswith("manage.py ")
    subprocess.run([sys.executable, *write.split()], check=True, capture_output=True, cwd=PROJECT, env=portal.env)
    keep_apart(folder / "nginx.conf", folder)
    subprocess.run(check.split(), check=True, capture_output=True)
    assert start.split() == nginx_command(folder / "nginx.conf")[:3] or start.split()[0] == "nginx"
    server = Process(nginx_command(Path(start.split()[-1])), log=folder / "nginx.log")
    server.start()
    wait_until(lambda: accepts(int(portal.env["NGINX_PORT"])), seconds=10, what="nginx listens")
    return server


def test_tls_that_ends_here(portal: Portal, folder: Path) -> None:
    plain, tls = free_port(), free_port()
    authority, certificate, key = make_certificate(folder)
    own = replaced(
        block("**TLS ends here.**"),
        **{"marus.example": f"localhost:{tls}", "/etc/marus/tls/fullchain.pem": str(certificate)},
        **{"/etc/marus/tls/privkey.pem": str(key)},
    )
    ports = {"NGINX_PORT": str(plain), "NGINX_TLS_PORT": str(tls), "WEB_SERVERS": f"127.0.0.1:{portal.port}"}
    ports["NGINX_COPIES_PORT"] = str(free_port())
    portal.env |= {**QUICK, "TRUSTED_PROXIES": "1", **variables(own), **ports}
    portal.start("web")
    server = write_and_start(portal, folder)
    try:
        moved = httpx.get(f"http://localhost:{plain}/ru/")
        assert (moved.status_code, moved.headers["Location"]) == (301, f"https://localhost:{tls}/ru/")
        client = httpx.Client(base_url=f"https://localhost:{tls}", verify=trust(authority))
        with Visitor(portal.url, client=client) as visitor:
            visitor.send(email="patient@example.org")
    finally:
        server.stop()
    assert Submission.objects.get().network_hash == keyed_hash("127.0.0.1")


def test_the_key_is_copied_for_nginx_alone(folder: Path) -> None:
    commands = block("before the first start and after each renewal")
    source = folder / "live" / "marus.example"
    source.mkdir(parents=True)
    make_certificate(source)
    target = folder / "tls"
    here = replaced(
        commands, **{"/etc/letsencrypt/live/marus.example": str(source), "/etc/marus/tls": str(target)}
    ).splitlines()
    for command in here[:-1]:
        assert command.startswith("install ")
        subprocess.run(command.split(), check=True)
    assert here[-1].startswith("docker compose exec proxy nginx -c /etc/marus/nginx/nginx.conf -s reload")
    assert {(path.name, path.stat().st_uid, path.stat().st_mode & 0o777) for path in target.iterdir()} == {
        ("fullchain.pem", 101, 0o400),
        ("privkey.pem", 101, 0o400),
    }


def test_tls_that_ends_in_another_proxy(portal: Portal, folder: Path) -> None:
    inner, outer, outer_plain = free_port(), free_port(), free_port()
    authority, certificate, key = make_certificate(folder)
    own = replaced(
        block("**TLS ends in another proxy**"),
        **{"marus.example": f"localhost:{outer}", "127.0.0.1:8080": str(inner)},
        # A proxy of this machine comes from its loopback, not from a gateway of Docker.
        **{"172.16.0.0/12": "127.0.0.1/32"},
    )
    ports = {"NGINX_PORT": str(inner), "WEB_SERVERS": f"127.0.0.1:{portal.port}"}
    ports["NGINX_COPIES_PORT"] = str(free_port())
    portal.env |= {**QUICK, "TRUSTED_PROXIES": "1", **variables(own), **ports}
    portal.start("web")
    ours = write_and_start(portal, folder)
    theirs = replaced(
        block("It has to say who asks and how. An nginx does so with"),
        **{"listen 80;": f"listen 127.0.0.1:{outer_plain};", "listen 443 ssl": f"listen 127.0.0.1:{outer} ssl"},
        **{"/etc/letsencrypt/live/marus.example/fullchain.pem": str(certificate)},
        **{"/etc/letsencrypt/live/marus.example/privkey.pem": str(key)},
        **{"127.0.0.1:8080": f"127.0.0.1:{inner}"},
    )
    (folder / "outer.conf").write_text(
        f"pid {folder}/outer.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{theirs}\n}}\n"
    )
    other = Process(nginx_command(folder / "outer.conf"), log=folder / "outer.log")
    other.start()
    try:
        wait_until(lambda: accepts(outer), seconds=10, what="the outer nginx listens")
        moved = httpx.get(f"http://localhost:{outer_plain}/en/")
        assert (moved.status_code, moved.headers["Location"]) == (301, f"https://localhost:{outer}/en/")
        for number, visitor_address in enumerate(("127.0.0.2", "127.0.0.3", "127.0.0.3")):
            transport = httpx.HTTPTransport(local_address=visitor_address, verify=trust(authority))
            # What a visitor claims is dropped.
            client = httpx.Client(
                base_url=f"https://127.0.0.1:{outer}",
                transport=transport,
                headers={"Host": f"localhost:{outer}", "X-Forwarded-For": "192.0.2.66"},
            )
            with SameHost(portal.url, client=client, origin=f"https://localhost:{outer}") as visitor:
                assert visitor.client.get("/en/", follow_redirects=False).status_code == 200
                visitor.send(email=f"patient{number}@example.org")
    finally:
        other.stop()
        ours.stop()
    hashes = list(Submission.objects.order_by("created_at").values_list("network_hash", flat=True))
    assert hashes == [keyed_hash(address) for address in ("127.0.0.2", "127.0.0.3", "127.0.0.3")]


class SameHost(Visitor):
    """A visitor who reaches a host by its address, so that she can come from an address of her own."""

    def __init__(self, url: str, *, client: httpx.Client, origin: str) -> None:
        super().__init__(url, client=client)
        self.origin = origin


def trust(authority: Path) -> ssl.SSLContext:
    """Return a context that knows the throw-away authority; the name is checked by who looks at one host alone."""
    context = ssl.create_default_context(cafile=str(authority))
    context.check_hostname = False
    return context


def test_the_table_of_limits_is_that_of_nginx() -> None:
    template = (PROJECT / "templates" / "nginx" / "nginx.conf").read_text()
    rates = [
        int(number) * (60 if unit == "s" else 1)
        for number, unit in re.findall(r"limit_req_zone .+ rate=(\d+)r/(.);", template)
    ]
    bursts = [int(number) for number in re.findall(r"limit_req zone=\w+ burst=(\d+) nodelay;", template)]
    rows = re.findall(
        r"^\| .+ \| ([\d,]+) \| (\d+)", DOCUMENT.partition("**Limits**")[2].partition("**Logs**")[0], re.MULTILINE
    )
    assert rows
    assert [(int(rate.replace(",", "")), int(burst)) for rate, burst in rows] == list(zip(rates, bursts, strict=True))


def test_every_documented_command_and_service_exists() -> None:
    assert set(re.findall(r"manage\.py (\w+)", DOCUMENT)) <= set(get_commands())
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    named = re.findall(r"docker compose (?:run --rm|exec|up -d) (?:-v \S+ |-\S+ )*(\S+)", DOCUMENT)
    assert named
    assert set(named) <= set(services)
    scripts = re.findall(r"^    (bin/\S+)", DOCUMENT, re.MULTILINE)
    assert scripts
    assert [script for script in scripts if not os.access(PROJECT / script, os.X_OK)] == []
