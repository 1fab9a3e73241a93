"""The environment that the suite runs in: real servers, throw-away keys, a temporary VAR_DIR.

With ``TEST_DATABASE=sqlite`` it is that of the embedded default, which has no servers. It must be complete
before Django reads its settings, so the conftest calls ``prepare`` or ``prepare_sqlite`` first.
"""

import atexit
import base64
import os
import shutil
import tempfile

from tests.services import PreparedPostgres, RedisServer

IS_SQLITE = os.environ.get("TEST_DATABASE") == "sqlite"


def prepare() -> PreparedPostgres:
    """Start PostgreSQL and Redis and set the variables that portal/settings.py reads."""
    postgres, redis = PreparedPostgres(), RedisServer()
    atexit.register(postgres.remove)
    atexit.register(redis.remove)
    postgres.start()
    redis.start()
    _set(variables(postgres.url(), redis.url))
    return postgres


def prepare_sqlite() -> None:
    """Set the variables of the embedded default: SQLite and no server."""
    _set(variables("", "redis://127.0.0.1:9"))


def _set(variables: dict[str, str]) -> None:
    for name in ("ALLOWED_HOSTS", "LIVE_LANGUAGES", "OPERATOR_EMAIL", "TEAM_EMAIL", "TRUSTED_PROXIES"):
        os.environ.pop(name, None)
    folder = tempfile.mkdtemp(prefix="marus")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ |= variables | {"VAR_DIR": folder}


def variables(database_url: str, broker_url: str, smtp_url: str = "smtp://127.0.0.1:9") -> dict[str, str]:
    """Return the environment of a portal that runs for real; nobody listens on port 9."""
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        # Playwright keeps an event loop in the thread of the tests.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "SMTP_URL": smtp_url,
        "SITE_URL": "http://localhost:8000",
        "SECRET_KEY": key(1),
        "FIELD_KEYS": f"test:{key(2)}",
        "LOOKUP_KEY": key(3),
        "NOTICE_EMAIL": "notices@marus.example",
        # Mails leave at any hour; tests/requests/test_quiet_hours.py sets them.
        "QUIET_HOURS": "",
        "LOG_LEVEL": "WARNING",
    }


def key(number: int) -> str:
    """Return a throw-away key of 32 bytes in base64."""
    return base64.b64encode(bytes([number]) * 32).decode()
