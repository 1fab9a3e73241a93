"""What the containers start, mount, open and set exists in the project; no container engine is needed."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from compose_spec import PyCompose
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from portal.core import virus_scanner
from portal.core.inspection.child.limits import MEGABYTE, Limits
from portal.core.inspection.limits import current
from portal.core.monitoring import heartbeats
from portal.front.site.nginx import configuration
from tests.services import Clamd, Process, free_port
from tests.services.clamd import CONF
from tests.services.process import accepts, wait_until

PROJECT = Path(settings.BASE_DIR)
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
# Name, digest and version of each image from elsewhere: the digest counts, the version is for people.
PINNED = re.findall(
    r"^    image: (\S+)@(sha256:[0-9a-f]{64}) # \1:(\S+)$", (PROJECT / "docker-compose.yml").read_text(), re.MULTILINE
)
SETTINGS = (PROJECT / "portal" / "settings.py").read_text()
WEBS = ["web", "web-2"]
OURS = ["migrate", "nginx-files", *WEBS, "worker", "long", "beat", "relay"]
SENDERS = {"worker", "long", "beat", "relay"}
IMAGES = ["db", "redis", "mail", "proxy"]
SCANNERS = ["clamd", "freshclam"]


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """What `bin/secrets` prints, as variables."""
    printed = subprocess.run([PROJECT / "bin" / "secrets"], check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


@pytest.fixture(scope="module")
def compose(secrets: dict[str, str]) -> dict[str, Any]:
    """The compose file as Debian's docker-compose understands it, with its variables filled in."""
    command = ["docker-compose", "-f", "docker-compose.yml", "--profile", "backup", "--profile", "clamav", "config"]
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
    assert sorted(compose["services"]) == sorted(["backup", *OURS, *IMAGES, *SCANNERS])


def test_every_command_exists(compose: dict[str, Any]) -> None:
    lines = [" ".join(compose["services"][name]["command"]) for name in OURS if name not in WEBS]
    manage = [name for line in lines for name in re.findall(r"manage\.py (\w+)", line)]
    assert sorted(manage) == [
        *("createcachetable", "grant_database", "load_content", "migrate", "relay", "render_editions", "write_nginx"),
    ]
    assert set(manage) <= set(get_commands())
    celery = [line for line in lines if line.startswith("celery")]
    assert len(celery) == 3
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
    assert sorted(Path(source) for source in sources if "/" in source) == [
        PROJECT / "deploy" / "postgres" / "roles.sql",
        PROJECT / "deploy" / "tls",
    ]
    assert (PROJECT / "deploy" / "tls").is_dir()
    var_dir = re.search(r"VAR_DIR=(\S+)$", DOCKERFILE, re.MULTILINE)[1]  # type: ignore[index]
    private = Path(settings.PRIVATE_FILES_DIR).relative_to(settings.VAR_DIR)
    for name in OURS:
        wanted = [("files", f"{var_dir}/{private}"), ("erasures", f"{var_dir}/erasures")]
        assert mounts(services[name]) == ([("nginx", "/etc/marus/nginx")] if name == "nginx-files" else wanted)
    assert ("nginx", "/etc/marus/nginx") in mounts(services["proxy"])
    static = Path(settings.STATIC_ROOT).relative_to(settings.VAR_DIR)
    assert f"ln -s /app/static-collected {var_dir}/{static}" in DOCKERFILE


def test_the_ports_meet(compose: dict[str, Any]) -> None:
    services = compose["services"]
    ports = {int(port["target"]): int(port["published"]) for port in services["proxy"]["ports"]}
    assert list(ports) == [settings.NGINX_PORT, settings.NGINX_TLS_PORT]
    assert services["web"]["environment"]["SITE_URL"].endswith(f":{ports[settings.NGINX_PORT]}")
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)[1]  # type: ignore[index]
    assert services["nginx-files"]["environment"]["WEB_SERVERS"] == ",".join(f"{name}:{port}" for name in WEBS)
    assert f'"--port", "{port}"' in DOCKERFILE


def test_no_container_may_do_more_than_it_needs(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert int(service["pids_limit"]) <= 200, name
        assert name == "mail" or service.get("user") or name in ("backup", *OURS), f"{name} runs as root"


def test_a_long_worker_has_room_for_what_looks_into_papers(compose: dict[str, Any]) -> None:
    limit = str(compose["services"]["long"]["mem_limit"])  # older and newer docker-compose print it differently
    size = int(limit[:-1]) * 1024**3 if limit.endswith("g") else int(limit)
    # Beside its main process and the one that answers for ranges.
    assert size >= Limits().memory_bytes + 400 * MEGABYTE


def test_what_nginx_keeps_has_room(compose: dict[str, Any]) -> None:
    proxy = compose["services"]["proxy"]
    [[folder, megabytes]] = [re.findall(r"^(/\S+):size=(\d+)m$", mount)[0] for mount in proxy["tmpfs"]]
    written = re.findall(r"proxy_cache_path (\S+) .*max_size=(\d+)m", configuration(Path("/etc/marus/nginx")))
    assert [Path(path).parent for path, _size in written] == [Path(folder)] * 3
    # The rest is for forms and files on their way.
    assert sum(int(size) for _path, size in written) <= int(megabytes) - 100


def test_networks_part_who_need_not_meet(compose: dict[str, Any]) -> None:
    networks = {name: set(service["networks"]) for name, service in compose["services"].items()}
    assert {name for name, joined in networks.items() if "database" in joined} == {
        *("db", "migrate", "backup"),
        *WEBS,
        *SENDERS,
    }
    assert {name for name, joined in networks.items() if "queue" in joined} == {"redis", *SENDERS}
    assert networks["proxy"] == {"front"}
    assert networks["db"] == {"database"}
    assert networks["redis"] == {"queue"}
    # clamd asks for no password.
    assert {name for name, joined in networks.items() if "scanner" in joined} == {"clamd", "long"}
    assert networks["clamd"] == {"scanner"}
    assert networks["freshclam"] == {"outside"}
    internal = {name for name, network in compose["networks"].items() if network and network.get("internal")}
    assert internal == {"database", "queue", "scanner"}


def test_every_long_running_container_has_a_health_check(compose: dict[str, Any]) -> None:
    checks = {
        name: service.get("healthcheck", {}).get("test", ["NONE"]) for name, service in compose["services"].items()
    }
    own = {name for name, check in checks.items() if check != ["NONE"]}
    of_the_image = set(WEBS)  # and mail, whose image brings one
    assert own | of_the_image == {*WEBS, *SENDERS, *SCANNERS, "db", "redis", "proxy"}


@pytest.mark.parametrize("name", ["worker", "long", "relay", "beat"])
def test_a_health_check_sees_who_shows_no_life(compose: dict[str, Any], tmp_path: Path, name: str) -> None:
    [_shell, line] = compose["services"][name]["healthcheck"]["test"]
    assert compose["services"][name]["environment"]["HEARTBEAT_DIR"] == "/tmp"
    line = line.replace("/tmp/", f"{tmp_path}/")

    def is_healthy() -> bool:
        return subprocess.run(["sh", "-c", line], capture_output=True, check=False).returncode == 0

    assert not is_healthy()
    settings_before, settings.HEARTBEAT_DIR = settings.HEARTBEAT_DIR, str(tmp_path)
    try:
        heartbeats.sign_of_life(name)
    finally:
        settings.HEARTBEAT_DIR = settings_before
    assert is_healthy()
    os.utime(tmp_path / f"{name}.alive", (time.time() - 100, time.time() - 100))
    assert not is_healthy()


def test_the_health_check_asks_for_a_page_that_exists() -> None:
    path = re.search(r"http://127\.0\.0\.1:8000(/\S+/)'", DOCKERFILE)[1]  # type: ignore[index]
    assert resolve(path).url_name == "healthz"


def test_images_from_elsewhere_are_pinned_to_a_digest_and_say_their_version(compose: dict[str, Any]) -> None:
    elsewhere = {service["image"] for service in compose["services"].values()} - {"marus", "marus-clamav"}
    assert {f"{name}@{digest}" for name, digest, _version in PINNED} == elsewhere
    assert {name for name, _digest, _version in PINNED} >= {"postgres", "redis", "nginx"}
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", DOCKERFILE, re.MULTILINE)
    [python] = {image for image, _stage in stages} - {stage for _image, stage in stages}
    assert re.fullmatch(r"python:3\.\d+[\w.-]*@sha256:[0-9a-f]{64}", python)


def test_clamd_has_room_for_what_the_portal_sends_and_is_asked_by_its_health_check(
    compose: dict[str, Any], clamd_server: Clamd
) -> None:
    service = compose["services"]["clamd"]
    assert [service["command"][0], service["command"][-1]] == ["clamd", f"/etc/marus/clamav/{CONF.name}"]
    assert "COPY deploy/clamav /etc/marus/clamav" in DOCKERFILE
    limits = dict(line.split(maxsplit=1) for line in CONF.read_text().splitlines() if line and line[0] != "#")
    [[folder, gigabytes]] = [re.findall(r"^(/\S+):size=(\d+)g$", mount)[0] for mount in service["tmpfs"]]
    assert folder == limits["TemporaryDirectory"]
    longest = max(settings.DOCUMENT_MAX_BYTES.values())
    # The paper, and one file of it unpacked.
    assert int(gigabytes) * 1024**3 >= 2 * longest
    for name in ("StreamMaxLength", "MaxFileSize"):
        assert int(limits[name].removesuffix("M")) * 1024**2 >= longest, name
    inspection = current()
    assert int(limits["MaxScanSize"].removesuffix("M")) * 1024**2 >= inspection.unpacked_bytes
    assert int(limits["MaxFiles"]) > inspection.members
    assert int(limits["MaxScanTime"]) / 1000 < virus_scanner.ANSWER_SECONDS
    environment = compose["services"]["long"]["environment"]
    assert environment["CLAMD_URL"] == ""
    address = virus_scanner.address(f"tcp://clamd:{limits['TCPSocket']}")
    assert address == ("clamd", 3310)
    # The check, on the socket of the clamd of the tests in place of its port.
    program = service["healthcheck"]["test"][-1].replace("$$", "$")
    program = program.replace("socket.create_connection(('127.0.0.1', 3310), 4)", "socket.socket(socket.AF_UNIX)")
    program = program.replace("; c.sendall", "; c.connect({place!r}); c.sendall")
    for place, is_healthy in ((str(clamd_server.socket), True), ("/tmp/nothing", False)):
        checked = subprocess.run([sys.executable, "-c", program.format(place=place)], capture_output=True, check=False)
        assert (checked.returncode == 0) == is_healthy


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
    [version] = [version for name, _digest, version in PINNED if name == "postgres"]
    assert f"postgresql-client-{version.partition('.')[0]} " in DOCKERFILE
    backup = compose["services"]["backup"]
    assert backup["command"][-1] in get_commands()
    folder = re.search(r"VAR_DIR=(\S+)$", DOCKERFILE, re.MULTILINE)[1] + "/backups"  # type: ignore[index]
    assert ("backups", folder) in mounts(backup)
    assert re.search(rf"mkdir -p .*{folder} ", DOCKERFILE)


def test_redis_keeps_the_queue_and_asks_for_a_password(
    compose: dict[str, Any], secrets: dict[str, str], tmp_path: Path
) -> None:
    service = compose["services"]["redis"]
    [_sh, _c, line] = service["command"]
    port = free_port()
    # docker-compose doubles a dollar sign when it prints what it understood.
    line = line.replace("$$", "$").replace("/tmp/", f"{tmp_path}/") + f" --port {port} --bind 127.0.0.1"
    environment = {"PATH": os.environ["PATH"], **service["environment"]}
    server = Process(["sh", "-c", f"cd {tmp_path} && {line}"], log=tmp_path / "log", env=environment)
    server.start()
    try:
        wait_until(lambda: accepts(port), seconds=10, what="Redis listens")
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        url = compose["services"]["worker"]["environment"]["BROKER_URL"].replace("@redis:6379", f"@127.0.0.1:{port}")
        with redis.Redis.from_url(url) as client:
            assert client.config_get("appendonly", "maxmemory-policy") == {
                "appendonly": "yes",
                "maxmemory-policy": "noeviction",
            }
        check = service["healthcheck"]["test"][1].replace("redis-cli", f"redis-cli -p {port}")
        assert subprocess.run(["sh", "-c", check], env=environment, check=False).returncode == 0
        nobody = {**environment, "REDISCLI_AUTH": "wrong"}
        assert subprocess.run(["sh", "-c", check], env=nobody, capture_output=True, check=False).returncode != 0
        listed = subprocess.run(
            ["ps", "-o", "args=", "-p", str(server.pid)], capture_output=True, text=True, check=True
        )
        assert secrets["REDIS_PASSWORD"] not in listed.stdout
    finally:
        server.stop()
