"""What every test can ask for; see tests/environment.py for the servers behind it."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from django.conf import LazySettings, settings

from tests import environment, network

if settings.configured:
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests set it once their servers run.")
if environment.IS_SQLITE:
    environment.prepare_sqlite()
else:
    POSTGRES = environment.prepare()

import django
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

# Tests change rows in transactions that end nowhere. Whoever tests whole pages from memory asks for `pages`.
PAGES = settings.CACHES.pop("pages")
settings.STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
django.setup()

from portal.core import virus_scanner
from tests import filling, frozen
from tests.bucket import keep_files_at
from tests.services import Clamd, MailServer, Portal, Postgres, RedisServer, S3Server
from tests.services.prepared import kept_static_files
from tests.services.stack import Stack, own_portal, own_stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker
    from pytest_django.live_server_helper import LiveServer

# What took longer in the last whole run is left out of `make test-quick`.
QUICK_SECONDS = 0.1
# Fixtures that start processes.
SERVERS = {
    "browser",
    "clamd",
    "installation",
    "portal",
    "postgres_server",
    "redis_server",
    "s3_server",
    "shared_stack",
    "smtp_sink",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only what takes no servers of its own and little time")
    parser.addoption("--long", action="store_true", help="the whole product of pages and settings, and the long faults")


class Durations:
    """Seconds that each test took, in pytest's cache; `make test-quick` reads them and does not change them."""

    KEY = "marus/seconds"

    def __init__(self, cache: pytest.Cache) -> None:
        self.cache = cache
        self.measured: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.measured[report.nodeid] = self.measured.get(report.nodeid, 0) + report.duration

    def pytest_sessionfinish(self) -> None:
        # The other half of the suite may have written meanwhile.
        self.cache.set(self.KEY, self.cache.get(self.KEY, {}) | self.measured)


def pytest_configure(config: pytest.Config) -> None:
    network.close()
    if not config.getoption("--quick") and not environment.IS_SQLITE:
        assert config.cache is not None
        config.pluginmanager.register(Durations(config.cache))
    # Hypothesis measures by the clock how long examples take, and a busy machine proves nothing.
    too_slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("busy machine", deadline=None, suppress_health_check=too_slow)
    hypothesis.settings.load_profile("busy machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests marked `long` to `make test-long`, and what takes long or starts servers out of `make test-quick`."""
    if environment.IS_SQLITE:
        for item in items:
            if marker := item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason=marker.kwargs["reason"]))
    if config.getoption("--long"):
        return
    left = [item for item in items if item.get_closest_marker("long")]
    if config.getoption("--quick"):
        assert config.cache is not None
        seconds = config.cache.get(Durations.KEY, {})
        left += [item for item in items if _takes_long(item) or seconds.get(item.nodeid, 0) > QUICK_SECONDS]
    if left:
        config.hook.pytest_deselected(items=left)
        gone = set(left)
        items[:] = [item for item in items if item not in gone]


def _takes_long(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    return not SERVERS.isdisjoint(item.fixturenames) or any(map(item.get_closest_marker, ("browser", "faults", "slow")))


@pytest.fixture(scope="session")
def is_long(pytestconfig: pytest.Config) -> bool:
    """Whether the whole product of pages, languages, schemes and sizes is wanted."""
    return bool(pytestconfig.getoption("--long"))


# ── Database: migrated and filled once; tests see the loaded content ─────────────────────────


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: "DjangoDbBlocker"
) -> None:
    """The filled database, and a copy for tests with real commits; both are made when no run before kept them."""
    with django_db_blocker.unblock():
        if environment.IS_SQLITE:
            filling.fill_sqlite()
        else:
            if not POSTGRES.is_filled:
                filling.fill(POSTGRES)
            connection.settings_dict["NAME"] = filling.TEST_DATABASE
    # Quicker than Django's own, and keeps the content.
    TransactionTestCase._fixture_teardown = lambda self: frozen.restore()


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """Django leaves the language of the last request active; no test begins with that of the one before."""
    yield
    translation.deactivate()


@pytest.fixture
def pages(settings: LazySettings) -> Any:
    """The cache of whole pages as production has it, for one test, empty."""
    settings.CACHES = settings.CACHES | {"pages": PAGES | {"LOCATION": uuid.uuid4().hex}}
    return caches["pages"]


# ── Servers of one test, for those that break them ───────────────────────────────────────────


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def smtp_sink() -> Iterator[MailServer]:
    """A mail server of the test's own; see MailServer for what it can be told."""
    server = MailServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """An S3 server; each test asks for a bucket of its own, and who kills it starts it again."""
    server = S3Server()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def bucket(settings: Any, tmp_path: Path, s3_server: S3Server) -> str:
    """The name of an empty bucket, in which private files are kept; the folder is empty too."""
    name = uuid.uuid4().hex
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    keep_files_at(settings, s3_server.url(name))
    return name


@pytest.fixture(scope="session")
def clamd_server() -> Iterator[Clamd]:
    """clamd with one signature of ours; who kills or freezes it sets it going again."""
    server = Clamd()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def clamd(settings: Any, clamd_server: Clamd) -> Clamd:
    """The virus scanner that the portal asks."""
    settings.CLAMD = virus_scanner.address(clamd_server.url)
    return clamd_server


@pytest.fixture
def postgres_server(django_db_setup: None) -> Iterator[Postgres]:
    """A PostgreSQL of the test's own, with a copy of the filled database as ``portal_template``."""
    server = Postgres(begin_with=POSTGRES.kept)
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def static_root() -> Path:
    """The static files as production serves them: hashed names, compressed. Nobody writes here."""
    return kept_static_files()


@pytest.fixture
def portal(
    tmp_path: Path,
    static_root: Path,
    redis_server: RedisServer,
    smtp_sink: MailServer,
    django_db_setup: None,
    django_db_blocker: "DjangoDbBlocker",
) -> Iterator[Portal]:
    """The portal's real processes on a database of their own, not started yet.

    While the test runs, the models of this process read and write that same database.
    """
    with own_portal(tmp_path / "var", static_root, POSTGRES, redis_server, smtp_sink, django_db_blocker) as portal:
        yield portal


@pytest.fixture(scope="module")
def shared_stack(
    tmp_path_factory: pytest.TempPathFactory,
    static_root: Path,
    django_db_setup: None,
    django_db_blocker: "DjangoDbBlocker",
) -> Iterator[Stack]:
    """One portal, not started yet, with its Redis and its mail server, for all tests of a module that ask for it."""
    with own_stack(tmp_path_factory.mktemp("stack") / "var", static_root, POSTGRES, django_db_blocker) as stack:
        yield stack


# ── Browser ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, without a screen and without a way out of this machine."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is not installed: run `make test`, or `bin/packages test`."
    arguments = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: "Browser") -> "Iterator[Callable[..., Page]]":
    """A function that opens a page in a fresh profile, with the options of Playwright's `new_context`.

    Afterwards the test fails on any script error or refused resource that the pages saw.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_one(**options: Any) -> "Page":
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.on("weberror", lambda event: errors.append(str(event.error)))
        context.on("console", lambda message: errors.append(message.text) if _is_violation(message) else None)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: "Callable[..., Page]", live_server: "LiveServer") -> "Page":
    """A page whose addresses are those of the live server: ``page.goto("/en/")``."""
    return open_page(base_url=live_server.url)


def _is_violation(message: Any) -> bool:
    return message.type == "error" and "Content Security Policy" in message.text
