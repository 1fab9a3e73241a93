"""Worker, relay and Redis die by SIGKILL between commit and delivery: nothing is lost."""

from collections.abc import Iterator

import pytest

from tests.faults.harness import KillHarness
from tests.faults.slowmail import SlowMailServer
from tests.services import MailServer, Portal, RedisServer

pytestmark = pytest.mark.faults

KILLS = 12
LONG_KILLS = 240


@pytest.fixture
def smtp_sink() -> Iterator[MailServer]:
    """A slow mail server in place of the usual one."""
    server = SlowMailServer()
    server.start()
    yield server
    server.remove()


def run_and_check(harness: KillHarness, kills: int) -> None:
    harness.run(("worker", "relay", "redis"), rounds=kills)
    harness.settle(seconds=90, quiet=60)
    report = harness.report()
    print(report)
    assert len(report.kills) == kills
    assert len(report.sent) == kills
    assert report.missing == []
    assert report.pdfs_missing == []
    assert report.unknown == []
    assert [(item.kind, item.state, item.error) for item in report.unsent] == []
    for mail, message_ids in report.doubled.items():
        assert len(set(message_ids)) == 1, f"{mail} came twice under different names"
        assert harness.was_sender_killed_at(report.first_arrivals[mail]), f"{mail} came twice without a kill"
    assert report.orphans <= sum(kill.target != "redis" for kill in report.kills)
    found = {state for kill in report.kills for state in kill.states}
    assert {"queued", "in_flight", "sent"} <= found, "the kills did not spread over the way of a request"


def test_nothing_is_lost_when_processes_are_killed(
    quick_portal: Portal, redis_server: RedisServer, smtp_sink: MailServer
) -> None:
    quick_portal.start("web", "worker", "relay")
    run_and_check(KillHarness(quick_portal, redis_server, smtp_sink), KILLS)


@pytest.mark.long
def test_nothing_is_lost_in_many_kills(quick_portal: Portal, redis_server: RedisServer, smtp_sink: MailServer) -> None:
    quick_portal.start("web", "worker", "relay")
    run_and_check(KillHarness(quick_portal, redis_server, smtp_sink), LONG_KILLS)
