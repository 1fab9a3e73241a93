"""Whatever breaks, somebody outside is told of it within two minutes, and once more when it is over."""

from collections.abc import Iterator

import pytest

from portal.core.models import Heartbeat
from tests.factories import submit
from tests.services import MailServer, Portal, RedisServer
from tests.services.process import wait_until
from tests.services.webhook import Webhook

pytestmark = pytest.mark.faults

BOUND_SECONDS = 120
SOONER = {"HEARTBEAT_SILENT_SECONDS": "15", "PULSE_SECONDS": "2", "WATCH_SECONDS": "1"}
PROCESSES = ("relay", "worker", "beat")
FAILING, LEAVING = "Mails or documents fail and are tried again.", "Mails and documents leave again."


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


@pytest.fixture(params=[pytest.param("sooner"), pytest.param("as in production", marks=pytest.mark.long)])
def watched(request: pytest.FixtureRequest, quick_portal: Portal, webhook: Webhook) -> Portal:
    """The portal with all of its processes running, and a webhook for its alerts; no mail is for alerts."""
    if request.param == "sooner":
        quick_portal.env |= SOONER
    quick_portal.env |= {"ALERT_WEBHOOK": webhook.url, "NOTICE_MODE": "team"}
    quick_portal.start("web", *PROCESSES)
    everybody = Heartbeat.objects.filter(name__in=PROCESSES)
    wait_until(lambda: everybody.count() == len(PROCESSES), seconds=60, what=f"all live\n{quick_portal.output()}")
    return quick_portal


def wait_for(webhook: Webhook, *words: str) -> None:
    """Wait until the webhook got a sentence with all of these words."""
    wait_until(
        lambda: any(all(word in text for word in words) for text in webhook.texts),
        seconds=BOUND_SECONDS,
        what=f"{words} in {webhook.texts}",
    )


def test_who_is_dead_is_told_by_another(watched: Portal, webhook: Webhook) -> None:
    for name in PROCESSES:
        webhook.texts.clear()
        watched[name].kill()
        wait_for(webhook, "No sign of life from:", name)
        watched[name].start()
        wait_for(webhook, "A sign of life again from:", name)
        told = [text for text in webhook.texts if name in text.partition("(")[0]]
        assert len(told) == 2, "once, and again when it is over"


def test_a_frozen_redis_is_told_though_every_process_lives(
    watched: Portal, webhook: Webhook, redis_server: RedisServer
) -> None:
    redis_server.freeze()
    wait_for(webhook, "No sign of life from:", "worker", "Redis")
    redis_server.thaw()
    wait_for(webhook, "A sign of life again from:", "worker")


def test_a_frozen_mail_server_is_told_by_the_webhook(watched: Portal, webhook: Webhook, smtp_sink: MailServer) -> None:
    smtp_sink.freeze()
    submit(email="patient@example.org")
    wait_for(webhook, FAILING)
    smtp_sink.thaw()
    wait_for(webhook, LEAVING)
    smtp_sink.wait_for(2)
    assert [webhook.texts.count(text) for text in webhook.texts if text.startswith((FAILING, LEAVING))] == [1, 1]


def test_alerts_by_mail_take_a_server_of_their_own(
    quick_portal: Portal, smtp_sink: MailServer, webhook: Webhook
) -> None:
    spare = MailServer()
    spare.start()
    try:
        alerts = {"ALERT_EMAIL": "ops@marus.example,boss@marus.example", "ALERT_SMTP_URL": spare.url}
        quick_portal.env |= SOONER | alerts | {"ALERT_WEBHOOK": ""}
        smtp_sink.freeze()
        quick_portal.start("relay")
        submit(email="patient@example.org")
        [mail, *_] = spare.wait_for(1)
        assert mail["X-Rcpt-To"] == "ops@marus.example, boss@marus.example"
        wait_until(
            lambda: any(FAILING in str(mail.get_content()) for mail in spare.messages()),
            seconds=BOUND_SECONDS,
            what="the alert came by mail",
        )
    finally:
        spare.remove()
