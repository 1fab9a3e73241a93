"""A PostgreSQL that restarts is waited for; one that stays away is told at once."""

import threading
import time

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from portal.core.postgresql import base
from tests.services import Postgres


@pytest.fixture
def server(postgres_server: Postgres) -> Postgres:
    postgres_server.create_database("portal")
    return postgres_server


def ask(server: Postgres) -> int:
    """Ask the server over a new connection."""
    wrapper = connections["default"].copy()
    wrapper.settings_dict |= {"NAME": "portal", "PORT": server.port}
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT 7")
            return int(cursor.fetchone()[0])
    finally:
        wrapper.close()


@pytest.mark.django_db
def test_a_restart_is_waited_for(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "WAIT_SECONDS", 60)  # a busy machine of the tests is slow to start a server
    monkeypatch.setattr(base, "_away_since", None)
    assert settings.DATABASES["default"]["ENGINE"] == "portal.core.postgresql"
    server.stop()
    is_asked = threading.Event()

    def restart() -> None:
        time.sleep(1)
        server.start()
        is_asked.wait(90)  # a server of the tests dies with the thread that started it

    thread = threading.Thread(target=restart)
    thread.start()
    try:
        assert ask(server) == 7
    finally:
        is_asked.set()
        thread.join()


@pytest.mark.django_db
def test_a_server_that_stays_away_is_told_at_once(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    server.kill()
    # It has been away for long when the process finds out again.
    monkeypatch.setattr(base, "_away_since", time.monotonic() - base.WAIT_SECONDS)
    with pytest.raises(OperationalError):
        ask(server)
    asked_at = time.monotonic()
    assert base._away_since is not None
    assert base._away_since <= asked_at - base.WAIT_SECONDS, "it asked once, and remembers since when"
