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
    monkeypatch.setattr(base, "outage", base.Outage())
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
    outage = base.Outage()
    outage.began = outage.seen = time.monotonic() - base.WAIT_SECONDS
    monkeypatch.setattr(base, "outage", outage)
    began = outage.began
    with pytest.raises(OperationalError):
        ask(server)
    assert outage.began == began, "it asked once, and remembers since when"


class Clock:
    """The time of a process that sleeps without waiting."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.django_db
def test_an_idle_process_has_the_patience_of_a_new_outage(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may have come back and gone again between two questions that are hours apart."""
    clock = Clock()
    monkeypatch.setattr(base, "time", clock)
    monkeypatch.setattr(base, "outage", base.Outage())
    server.kill()
    waited = []
    for pause in (0, 1, 4 * 3600):
        clock.now += pause
        began = clock.now
        with pytest.raises(OperationalError):
            ask(server)
        waited.append(round(clock.now - began))
    assert waited == [base.WAIT_SECONDS, 0, base.WAIT_SECONDS]
