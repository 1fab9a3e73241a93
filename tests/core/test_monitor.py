"""What a monitor outside can ask: /readyz/ says part by part what is well, /metrics counts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.core.caching import content_version
from portal.core.health import readiness
from portal.core.models import Heartbeat
from portal.core.monitoring import heartbeats
from portal.core.postgresql import base
from tests.bucket import AWAY, keep_files_at
from tests.core.test_outbox import make_item
from tests.factories import submit
from tests.services import Portal

pytestmark = pytest.mark.django_db
TOKEN = "a token of Prometheus"


@pytest.fixture(autouse=True)
def _alive() -> Iterator[None]:
    for name in heartbeats.NAMES:
        Heartbeat.objects.create(name=name, at=timezone.now())
    readiness._migrated.clear()
    yield
    readiness._migrated.clear()


def wrong(client: Client) -> dict[str, str]:
    """Return the parts that are not well, after checking that status and summary say the same."""
    response = client.get("/readyz/")
    body = response.json()
    found = {name: result for name, result in body["parts"].items() if result != "ok"}
    assert body["ready"] is not bool(found)
    assert response.status_code == (503 if found else 200)
    assert "no-store" in response["Cache-Control"]
    assert set(body["parts"]) == {"database", "migrations", "outbox", "disk", "files", "processes"}
    return found


class TestReady:
    def test_all_is_well(self, client: Client) -> None:
        assert wrong(client) == {}

    def test_a_migration_is_missing(self, client: Client) -> None:
        MigrationRecorder.Migration.objects.filter(app="core").order_by("-pk")[0].delete()
        assert wrong(client) == {"migrations": "not applied"}

    def test_the_outbox_is_late(self, client: Client) -> None:
        past = timezone.now() - timedelta(minutes=3)
        make_item(created_at=past, not_before=past)
        assert wrong(client) == {"outbox": "late"}

    def test_the_disk_is_nearly_full(self, client: Client, settings: Settings) -> None:
        settings.DISK_MIN_FREE_PERCENT = 100
        assert wrong(client) == {"disk": "nearly full"}

    def test_the_bucket_of_files_is_away(self, client: Client, settings: Settings) -> None:
        keep_files_at(settings, AWAY)
        assert wrong(client) == {"files": "away"}

    def test_a_process_is_silent(self, client: Client) -> None:
        Heartbeat.objects.filter(name="relay").update(at=timezone.now() - timedelta(minutes=2))
        Heartbeat.objects.filter(name="beat").delete()
        assert wrong(client) == {"processes": "silent: relay, beat"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("pages")
def test_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setattr(base, "WAIT_SECONDS", 0.5)  # tests/core/test_database_wait.py waits
    monkeypatch.setitem(connection.settings_dict, "PORT", 9)
    monkeypatch.setattr(content_version, "_known", ("", float("-inf")))
    assert client.get("/healthz/").status_code == 503
    assert client.get("/en/accessibility/").status_code == 200
    parts = wrong(client)
    assert parts == dict.fromkeys(("database", "migrations", "outbox", "processes"), "database away")
    connection.close()


class TestMetrics:
    def test_without_a_token_there_are_none(self, client: Client) -> None:
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    def test_a_wrong_token_opens_nothing(self, client: Client, settings: Settings) -> None:
        settings.METRICS_TOKEN = TOKEN
        for given in ("", "Bearer ", "Bearer other", TOKEN[:-1]):
            assert client.get("/metrics", headers={"Authorization": given}).status_code == 404

    @pytest.mark.usefixtures("_alive")
    def test_the_database_is_counted(self, client: Client, settings: Settings, tmp_path: object) -> None:
        settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, tmp_path
        case = submit()
        past = timezone.now() - timedelta(minutes=3)
        make_item(created_at=past, not_before=past)
        make_item(state="sent", sent_at=timezone.now())
        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
        lines = text.splitlines()
        for line in (
            "marus_database_up 1.0",
            'marus_outbox_rows{kind="test.effect",state="queued"} 1.0',
            'marus_outbox_rows{kind="request.receipt",state="queued"} 1.0',
            'marus_deliveries_last_hour{kind="test.effect"} 1.0',
            'marus_cases{status="new"} 1.0',
            'marus_cases_waiting{reason="overdue"} 0.0',
            'marus_cases_waiting{reason="unowned"} 1.0',
            'marus_estimate_pdfs{state="made"} 0.0',
        ):
            assert line in lines, text
        [age] = [line for line in lines if line.startswith('marus_outbox_oldest_seconds{kind="test.effect"}')]
        assert 180 <= float(age.split()[1]) < 240
        assert sum(line.startswith("marus_heartbeat_age_seconds{process=") for line in lines) == 3
        assert case.reference not in text

    def test_several_web_processes_count_together(self, portal: Portal) -> None:
        portal.env["METRICS_TOKEN"] = TOKEN
        portal.start("web")
        for _request in range(30):
            assert httpx.get(f"{portal.url}/en/packages/").status_code == 200
        for _scrape in range(4):  # whichever process answers
            answer = httpx.get(f"{portal.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            line = 'marus_web_requests_total{method="GET",status="200",view="requests:package_list"} 30.0'
            assert line in answer.text.splitlines()
        # Each process makes the page at least once.
        found = dict(re.findall(r'marus_public_pages_total\{result="(\w+)"\} (\d+)\.0', answer.text))
        assert int(found["hit"]) + int(found["miss"]) == 30
        assert int(found["miss"]) < 10
        assert "/en/packages/" not in answer.text
        assert len(list((portal.folder / "metrics").glob("counter_*.db"))) == 2
