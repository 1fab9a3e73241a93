"""What the containers start, mount, open and set exists in the project; no container engine is needed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from compose_spec import PyCompose
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from tests.services import Portal, Process, free_port
from tests.services.process import accepts, wait_until

PROJECT = Path(settings.BASE_DIR)
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
NGINX = (PROJECT / "deploy" / "nginx.conf").read_text()
SETTINGS = (PROJECT / "portal" / "settings.py").read_text()
OURS = ["migrate", "web", "worker", "beat", "relay"]


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """What `bin/secrets` prints, as variables."""
    printed = subprocess.run([PROJECT / "bin" / "secrets"], check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


@pytest.fixture(scope="module")
def compose(secrets: dict[str, str]) -> dict[str, Any]:
    """The compose file as Debian's docker-compose understands it, with its variables filled in."""
    command = ["docker-compose", "-f", "docker-compose.yml", "--profile", "backup", "config"]
    environment = {"PATH": os.environ["PATH"], **secrets}
    printed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT, env=environment).stdout
    parsed: dict[str, Any] = yaml.safe_load(printed)
    return parsed


def test_the_compose_file_keeps_to_the_specification() -> None:
    text = re.sub(r"\$\{\w+(:[-?]([^}]*))?\}", r"\2", (PROJECT / "docker-compose.yml").read_text())
    merged = yaml.safe_load(text)
    PyCompose.from_yaml(yaml.safe_dump(merged))


def test_the_validator_notices_a_typing_error() -> None:
    with pytest.raises(ValueError, match="comand"):
        PyCompose.from_yaml("services: {web: {image: marus, comand: granian}}")


def test_secrets_are_demanded() -> None:
    command = ["docker-compose", "-f", "docker-compose.yml", "config", "-q"]
    refused = subprocess.run(
        command, capture_output=True, text=True, cwd=PROJECT, env={"PATH": os.environ["PATH"]}, check=False
    )
    assert refused.returncode != 0
    assert "run bin/secrets" in refused.stderr


def test_every_part_of_the_portal_has_a_container(compose: dict[str, Any]) -> None:
    assert sorted(compose["services"]) == sorted(["backup", *OURS, "db", "redis", "mail", "proxy"])


def test_every_command_exists(compose: dict[str, Any]) -> None:
    lines = [" ".join(compose["services"][name]["command"]) for name in OURS if name != "web"]
    manage = [name for line in lines for name in re.findall(r"manage\.py (\w+)", line)]
    assert sorted(manage) == ["createcachetable", "load_content", "migrate", "relay"]
    assert set(manage) <= set(get_commands())
    celery = [line for line in lines if line.startswith("celery")]
    assert len(celery) == 2
    for line in celery:
        assert line.startswith("celery -A portal ")
        assert_options_exist(line.split()[0], line.split()[3], line)


def test_the_image_starts_a_server_that_exists() -> None:
    command = " ".join(re.findall(r'"([^"]+)"', DOCKERFILE[DOCKERFILE.rindex("CMD [") :]))
    assert command.startswith("granian --interface wsgi --host 0.0.0.0 --port 8000 ")
    assert command.endswith("portal.wsgi:application")
    assert_options_exist("granian", "", command)


def assert_options_exist(program: str, subcommand: str, line: str) -> None:
    """Each long option of a command line is one that its program lists in its help."""
    command = [sys.executable, "-m", program, *([subcommand] if subcommand else []), "--help"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT).stdout
    options = re.findall(r"--[a-z-]+", line)
    assert options
    assert [option for option in options if not re.search(rf"{option}\b", text)] == []


def test_every_variable_is_one_that_the_settings_read(compose: dict[str, Any]) -> None:
    known = set(re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS))
    required = set(re.findall(r'"(\w+)"', re.search(r"REQUIRED = \((.+?)\)", SETTINGS, re.DOTALL)[1]))  # type: ignore[index]
    for name in OURS:
        given = set(compose["services"][name]["environment"])
        assert given <= known, name
        assert required <= given, name


def test_the_settings_accept_what_the_compose_file_gives(compose: dict[str, Any], tmp_path: Path) -> None:
    environment = {**compose["services"]["web"]["environment"], "VAR_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-W", "error", "manage.py", "check"]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment, check=False)
    assert checked.returncode == 0, checked.stderr


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    """Return source and target of each volume; older and newer docker-compose print them differently."""
    return [
        (mount["source"], mount["target"]) if isinstance(mount, dict) else tuple(mount.split(":")[:2])
        for mount in service.get("volumes", [])
    ]


def test_every_mounted_path_exists(compose: dict[str, Any]) -> None:
    services = compose["services"]
    sources = [source for service in services.values() for source, _ in mounts(service)]
    assert [source for source in sources if "/" in source] == [str(PROJECT / "deploy" / "nginx.conf")]
    var_dir = re.search(r"VAR_DIR=(\S+)$", DOCKERFILE, re.MULTILINE)[1]  # type: ignore[index]
    private = Path(settings.PRIVATE_FILES_DIR).relative_to(settings.VAR_DIR)
    for name in OURS:
        assert mounts(services[name]) == [("files", f"{var_dir}/{private}")]
    static = Path(settings.STATIC_ROOT).relative_to(settings.VAR_DIR)
    assert f"ln -s /app/static-collected {var_dir}/{static}" in DOCKERFILE


def test_the_ports_meet(compose: dict[str, Any]) -> None:
    [port] = compose["services"]["proxy"]["ports"]
    assert f"listen {port['target']};" in NGINX
    assert compose["services"]["web"]["environment"]["SITE_URL"].endswith(f":{port['published']}")
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)[1]  # type: ignore[index]
    assert f"server web:{port};" in NGINX
    assert f'"--port", "{port}"' in DOCKERFILE


def test_the_health_check_asks_for_a_page_that_exists() -> None:
    path = re.search(r"http://127\.0\.0\.1:8000(/\S+/)'", DOCKERFILE)[1]  # type: ignore[index]
    assert resolve(path).url_name == "healthz"


def test_the_image_copies_what_exists_and_is_not_root() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (PROJECT / source).exists(), source
    assert DOCKERFILE.index("\nUSER marus\n") > DOCKERFILE.rindex("\nFROM ")


def test_the_image_has_the_packages_that_make_run_installs() -> None:
    packages = re.search(r'^needed="(.+)"$', (PROJECT / "bin" / "packages").read_text(), re.MULTILINE)
    assert packages is not None
    for package in packages[1].split():
        assert re.search(rf"\s{re.escape(package.split('=')[0])}\s", DOCKERFILE), package


def test_the_image_can_copy_the_database_that_runs(compose: dict[str, Any]) -> None:
    version = re.match(r"postgres:(\d+)", compose["services"]["db"]["image"])
    assert version is not None
    assert f"postgresql-client-{version[1]} " in DOCKERFILE
    backup = compose["services"]["backup"]
    assert backup["command"][-1] in get_commands()
    folder = re.search(r"VAR_DIR=(\S+)$", DOCKERFILE, re.MULTILINE)[1] + "/backups"  # type: ignore[index]
    assert ("backups", folder) in mounts(backup)
    assert re.search(rf"mkdir -p .*{folder} ", DOCKERFILE)


def test_redis_keeps_the_queue(compose: dict[str, Any]) -> None:
    assert compose["services"]["redis"]["command"] == [
        *("redis-server", "--appendonly", "yes"),
        *("--maxmemory-policy", "noeviction"),
    ]


def test_the_proxy_hands_pages_over_and_believes_no_visitor(portal: Portal, tmp_path: Path) -> None:
    portal.env |= {"TRUSTED_PROXIES": "1", "METRICS_TOKEN": "a-token"}
    portal.start("web")
    port = free_port()
    text = NGINX.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("web:8000", f"127.0.0.1:{portal.port}")
    configuration = tmp_path / "nginx.conf"
    # Started by root, nginx gives its work to a user who may not enter the folder of a test.
    user = "user root;\n" if os.getuid() == 0 else ""
    configuration.write_text(user + text.replace("/tmp/", f"{tmp_path}/"))
    nginx = Process(["nginx", "-c", str(configuration), "-g", "daemon off;"], log=tmp_path / "nginx.log")
    nginx.start()
    try:
        wait_until(lambda: accepts(port), seconds=10, what="nginx listens")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            assert client.get("/healthz/").text == "ok\n"
            assert client.get("/readyz/").json()["parts"]["database"] == "ok"
            # Figures are for who asks the portal itself, on a port that is not public.
            token = {"Authorization": "Bearer a-token"}
            assert client.get("/metrics", headers=token).status_code == 404
            assert httpx.get(f"{portal.url}/metrics", headers=token).status_code == 200
            # Taken for HTTPS, the portal would not redirect; taken for plain HTTP, it answers as such.
            spoofed = client.get("/en/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
            assert spoofed.status_code == 200, portal.output()
            [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', spoofed.text)
            for _ in range(2):
                static = client.get(style, headers={"Accept-Encoding": "gzip"})
                assert static.status_code == 200
                assert static.headers["Content-Encoding"] == "gzip"
                assert "immutable" in static.headers["Cache-Control"]
    finally:
        nginx.stop()
    assert "[emerg]" not in nginx.output()
    # No address of a page is in the log.
    assert "/en/" not in nginx.output()
