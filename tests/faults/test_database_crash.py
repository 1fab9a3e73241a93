"""PostgreSQL dies by SIGKILL while the relay delivers: the relay lives on, and no mail leaves twice."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from portal.core.models import OutboxItem
from tests import environment
from tests.factories import submit
from tests.faults.conftest import QUICK
from tests.services import MailServer, Portal, Postgres
from tests.services.process import wait_until

pytestmark = pytest.mark.faults

NO_BROKER = "redis://127.0.0.1:9/0"


@pytest.fixture
def relay_alone(tmp_path: Path, mortal_database: str, smtp_sink: MailServer) -> Iterator[Portal]:
    """A portal on a PostgreSQL that this test may kill, its relay started, without a broker."""
    env = {**os.environ, **environment.variables(mortal_database, NO_BROKER, smtp_sink.url), **QUICK}
    portal = Portal(tmp_path, {**env, "OUTBOX_LEASE_SECONDS": "60"})
    portal["relay"].start()
    yield portal
    portal.stop()


def test_the_relay_lives_on_and_marks_what_the_mail_server_took(
    relay_alone: Portal, postgres_server: Postgres, smtp_sink: MailServer
) -> None:
    relay = relay_alone["relay"]
    smtp_sink.answer_late()
    submit(email="patient@example.org")
    rows = OutboxItem.objects.all()
    count = rows.count()
    assert count <= settings.RELAY_THREADS, "every row is in the hands of a thread when the database dies"
    smtp_sink.wait_for(count)
    assert set(rows.values_list("state", flat=True)) == {"in_flight"}
    connection.close()

    postgres_server.kill()
    smtp_sink.accept()
    wait_until(lambda: "not marked yet" in relay.output(), seconds=30, what=f"the mark fails\n{relay.output()}")
    postgres_server.start()

    wait_until(lambda: rows.filter(state="sent").count() == count, seconds=30, what=f"rows are sent\n{relay.output()}")
    assert set(rows.values_list("attempts", "error")) == {(1, "")}
    assert len(smtp_sink.messages()) == count

    submit(email="next@example.org")
    smtp_sink.wait_for(2 * count)
    assert relay.is_running, relay.output()
