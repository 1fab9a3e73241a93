"""Alerts are told once when a problem is seen, and once more when it is over, on every channel."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from portal import settings as real_settings
from portal.core.delivery import monitoring, outbox
from portal.core.models import Alert, AlertNotice, Heartbeat, OutboxItem
from portal.core.monitoring import alert_channels, alerts, heartbeats
from tests.core.test_outbox import make_item
from tests.services.webhook import Webhook

pytestmark = pytest.mark.django_db
State = OutboxItem.State

WRONG, OVER = "It leaks: {}.", "It is dry: {}."


@pytest.fixture
def webhook(settings: Settings) -> Iterator[Webhook]:
    server = Webhook()
    settings.ALERT_WEBHOOK = server.url
    yield server
    server.close()


@pytest.fixture
def leaks(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What is wrong, as the only check of these tests sees it."""
    wrong: set[str] = set()
    monkeypatch.setattr(alerts, "_checks", {"test.leak": alerts.Registration(lambda: set(wrong), WRONG, OVER)})
    return wrong


def look_and_tell() -> None:
    alerts.look()
    alerts.tell()


def later() -> None:
    """Let the waits of what could not be told pass."""
    AlertNotice.objects.update(not_before=timezone.now())


class TestTold:
    def test_once_and_again_when_it_is_over(self, webhook: Webhook, leaks: set[str]) -> None:
        look_and_tell()
        assert webhook.texts == []
        leaks.add("pipe")
        for _look in range(3):
            look_and_tell()
            later()
        assert webhook.texts == ["It leaks: pipe."]
        leaks.clear()
        for _look in range(3):
            look_and_tell()
            later()
        assert webhook.texts == ["It leaks: pipe.", "It is dry: pipe."]
        leaks.add("pipe")
        look_and_tell()
        assert webhook.texts[2:] == ["It leaks: pipe."]

    def test_several_at_once_in_one_sentence(self, webhook: Webhook, leaks: set[str]) -> None:
        leaks.update(f"{number:02}" for number in range(23))
        look_and_tell()
        [text] = webhook.texts
        assert text.startswith("It leaks: 00, 01, ")
        assert text.endswith("19 and 3 more.")
        leaks.add("23")
        look_and_tell()
        assert webhook.texts[1:] == ["It leaks: 23."]

    def test_by_mail_and_by_webhook_each_for_itself(
        self, webhook: Webhook, leaks: set[str], settings: Settings
    ) -> None:
        settings.ALERT_EMAIL = ["ops@marus.example"]
        webhook.status = 500
        leaks.add("pipe")
        look_and_tell()
        look_and_tell()
        assert webhook.texts == []
        [message] = mail.outbox
        assert message.to == ["ops@marus.example"]
        assert "It leaks: pipe." in message.subject
        assert "It leaks: pipe." in str(message.body)
        webhook.status = 204
        later()
        look_and_tell()
        assert (webhook.texts, len(mail.outbox)) == (["It leaks: pipe."], 1)

    def test_the_end_is_told_after_the_beginning(self, webhook: Webhook, leaks: set[str]) -> None:
        webhook.status = 503
        leaks.add("pipe")
        look_and_tell()
        leaks.clear()
        later()
        look_and_tell()
        webhook.status = 204
        for _look in range(2):
            later()
            look_and_tell()
        assert webhook.texts == ["It leaks: pipe.", "It is dry: pipe."]

    def test_a_notice_in_the_hands_of_another_process_is_left_to_it(self, webhook: Webhook, leaks: set[str]) -> None:
        leaks.add("pipe")
        alerts.look()
        alerts._owe("webhook")
        notice = AlertNotice.objects.get()
        assert alerts._claim(notice) is True
        assert alerts._claim(notice) is False
        alerts.tell()
        assert webhook.texts == []

    def test_a_channel_set_up_later_hears_of_what_is_open(
        self, webhook: Webhook, leaks: set[str], settings: Settings
    ) -> None:
        settings.ALERT_WEBHOOK = ""
        leaks.add("pipe")
        look_and_tell()
        settings.ALERT_WEBHOOK = webhook.url
        look_and_tell()
        assert webhook.texts == ["It leaks: pipe."]

    def test_a_check_that_fails_or_does_not_know_changes_nothing(
        self, webhook: Webhook, leaks: set[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leaks.add("pipe")
        look_and_tell()

        def broken() -> None:
            raise ZeroDivisionError

        for check in (broken, lambda: None):
            monkeypatch.setitem(alerts._checks, "test.leak", alerts.Registration(check, WRONG, OVER))
            look_and_tell()
        assert Alert.objects.get().over_at is None
        assert len(webhook.texts) == 1

    def test_the_address_of_the_webhook_is_in_no_log(
        self, webhook: Webhook, leaks: set[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        leaks.add("pipe")
        look_and_tell()
        webhook.status = 500
        leaks.add("tap")
        look_and_tell()
        assert "could not be told by webhook" in caplog.text
        assert "secret-path" not in caplog.text

    def test_what_was_over_long_ago_is_deleted(self, leaks: set[str]) -> None:
        now = timezone.now()
        Alert.objects.create(kind="test.leak", subject="old", over_at=now - timedelta(days=91))
        Alert.objects.create(kind="test.leak", subject="open", opened_at=now - timedelta(days=400))
        assert alerts.prune(now) == 1
        assert Alert.objects.get().subject == "open"


class TestTestAlert:
    def test_it_tells_on_every_channel(self, webhook: Webhook, settings: Settings) -> None:
        settings.ALERT_EMAIL = ["ops@marus.example"]
        call_command("send_test_alert", stdout=StringIO())
        assert len(webhook.texts) == len(mail.outbox) == 1
        assert "test" in webhook.texts[0]

    def test_it_says_what_did_not_work(self, webhook: Webhook, settings: Settings) -> None:
        settings.ALERT_EMAIL = ["ops@marus.example"]
        webhook.status = 500
        with pytest.raises(CommandError, match="webhook"):
            call_command("send_test_alert", stdout=StringIO())
        assert len(mail.outbox) == 1

    def test_without_a_channel_it_says_so(self) -> None:
        with pytest.raises(CommandError, match="ALERT_WEBHOOK"):
            call_command("send_test_alert", stdout=StringIO())


class TestCore:
    def test_the_outbox_is_late_after_two_minutes(self) -> None:
        now = timezone.now()
        assert monitoring.late_rows() == []
        item = make_item(created_at=now - timedelta(seconds=119), not_before=now - timedelta(seconds=119))
        assert monitoring.late_rows() == []
        OutboxItem.objects.update(created_at=now - timedelta(seconds=121), not_before=now - timedelta(seconds=121))
        assert monitoring.late_rows() == [""]
        OutboxItem.objects.update(state=State.IN_FLIGHT, attempts=3, lease_until=now)
        assert monitoring.late_rows() == [""]
        for state in (State.SENT, State.FAILED, State.HELD):
            OutboxItem.objects.filter(pk=item.pk).update(state=state)
            assert monitoring.late_rows() == []

    def test_what_was_released_or_planned_is_late_from_its_turn_on(self) -> None:
        now = timezone.now()
        long_ago = now - timedelta(days=1)
        make_item(created_at=long_ago, not_before=now + timedelta(minutes=5))
        make_item(created_at=long_ago, not_before=long_ago, state=State.HELD, reference="MR-AAAA-BBBB")
        assert outbox.release("MR-AAAA-BBBB") == 1
        OutboxItem.objects.filter(reference="MR-AAAA-BBBB").update(attempts=1)
        assert monitoring.late_rows() == []

    def test_a_delivery_that_fails_twice_is_told(self) -> None:
        item = make_item(attempts=1, error="TimeoutError")
        assert monitoring.failing_rows() == []
        OutboxItem.objects.update(attempts=2)
        assert monitoring.failing_rows() == [""]
        OutboxItem.objects.filter(pk=item.pk).update(state=State.IN_FLIGHT, attempts=3)
        assert monitoring.failing_rows() == [""]
        OutboxItem.objects.filter(pk=item.pk).update(state=State.SENT, error="")
        assert monitoring.failing_rows() == []

    def test_what_failed_for_good_is_told_until_it_is_sent(self) -> None:
        item = make_item(state=State.FAILED, reference="MR-AAAA-BBBB")
        assert monitoring.failed_rows() == {"test.effect MR-AAAA-BBBB"}
        outbox.send_again(item)
        assert monitoring.failed_rows() == set()

    def test_a_process_is_silent_after_a_minute(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        now = timezone.now()
        assert timedelta(seconds=60) == settings.HEARTBEAT_SILENT
        for name, age in (("relay", 59), ("worker", 61)):
            Heartbeat.objects.create(name=name, at=now - timedelta(seconds=age))
        assert heartbeats.silent(now) == ["worker", "beat"]

    def test_a_young_process_calls_none_silent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        start = heartbeats._started_at
        monkeypatch.setattr(heartbeats.time, "monotonic", lambda: start + 59)
        assert monitoring.silent_processes() is None
        monkeypatch.setattr(heartbeats.time, "monotonic", lambda: start + 61)
        assert monitoring.silent_processes() == ["relay", "worker", "beat"]

    def test_a_heartbeat_is_written_at_most_every_five_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(heartbeats, "_written_at", {})
        heartbeats.beat("relay")
        first = Heartbeat.objects.get().at
        heartbeats.beat("relay")
        assert Heartbeat.objects.get().at == first
        heartbeats._written_at["relay"] -= heartbeats.PAUSE_SECONDS
        heartbeats.beat("relay")
        assert Heartbeat.objects.get().at > first


def test_the_defaults_keep_the_bound_of_two_minutes(settings: Settings) -> None:
    bound = 120
    silence = settings.HEARTBEAT_SILENT.total_seconds() + heartbeats.PAUSE_SECONDS
    assert settings.PULSE_EVERY.total_seconds() + heartbeats.PAUSE_SECONDS < settings.HEARTBEAT_SILENT.total_seconds()
    # A channel that hangs may hold up the look before: the webhook, then one mail.
    smtp = real_settings.MAILERS["default"]["OPTIONS"]["timeout"]
    look = settings.WATCH_SECONDS + alert_channels.WEBHOOK_SECONDS + 2 * smtp
    assert silence + look <= bound
    # A frozen mail server: two attempts, each on the kept connection and on a new one, two seconds between them.
    assert 2 * 2 * smtp + 2 + look <= bound
