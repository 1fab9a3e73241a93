"""Whatever breaks, somebody outside is told of it within two minutes, and once more when it is over."""

from collections.abc import Iterator

import pytest

from portal.core.models import Heartbeat
from tests.factories import submit
from tests.services import MailServer, Portal
from tests.services.process import wait_until
from tests.services.stack import Stack
from tests.services.webhook import Webhook

pytestmark = pytest.mark.faults

BOUND_SECONDS = 120
SOONER = {"HEARTBEAT_SILENT_SECONDS": "15", "PULSE_SECONDS": "2", "WATCH_SECONDS": "1"}
PROCESSES = ("relay", "worker", "beat")
FAILING, LEAVING = "Mails or documents fail and are tried again.", "Mails and documents leave again."


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


@pytest.fixture(
    scope="module", params=[pytest.param("sooner"), pytest.param("as in production", marks=pytest.mark.long)]
)
def stack(request: pytest.FixtureRequest, quick_stack: Stack, webhook: Webhook) -> Iterator[Stack]:
    """The portal with all of its processes running, and a webhook for its alerts; no mail is for alerts."""
    portal = quick_stack.portal
    if request.param == "sooner":
        portal.env |= SOONER
    portal.env |= {"ALERT_WEBHOOK": webhook.url, "NOTICE_MODE": "team"}
    portal.start("web", *PROCESSES)
    everybody = Heartbeat.objects.filter(name__in=PROCESSES)
    wait_until(lambda: everybody.count() == len(PROCESSES), seconds=60, what=f"all live\n{portal.output()}")
    yield quick_stack
    portal.kill()
    Heartbeat.objects.all().delete()
    for name in SOONER:
        portal.env.pop(name, None)


@pytest.fixture
def told(webhook: Webhook) -> list[str]:
    """What the webhook was told since the test began."""
    webhook.texts.clear()
    return webhook.texts


def wait_for(told: list[str], *words: str) -> None:
    """Wait until the webhook got a sentence with all of these words."""
    wait_until(
        lambda: any(all(word in text for word in words) for text in told),
        seconds=BOUND_SECONDS,
        what=f"{words} in {told}",
    )


def test_alerts_by_mail_take_a_server_of_their_own(quick_portal: Portal, smtp_sink: MailServer) -> None:
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
        quick_portal.kill()  # the relay would wait for the frozen server before it ends
        spare.remove()


def test_who_is_dead_is_told_by_another(stack: Stack, told: list[str]) -> None:
    for name in PROCESSES:
        told.clear()
        stack.portal[name].kill()
        wait_for(told, "No sign of life from:", name)
        stack.portal[name].start()
        wait_for(told, "A sign of life again from:", name)
        assert len([text for text in told if name in text.partition("(")[0]]) == 2, "once, and again when it is over"


def test_a_frozen_redis_is_told_though_every_process_lives(stack: Stack, told: list[str]) -> None:
    stack.redis.freeze()
    wait_for(told, "No sign of life from:", "worker", "Redis")
    stack.redis.thaw()
    wait_for(told, "A sign of life again from:", "worker")


def test_a_frozen_mail_server_is_told_by_the_webhook(stack: Stack, told: list[str]) -> None:
    stack.mail.clear()
    stack.mail.freeze()
    submit(email="patient@example.org")
    wait_for(told, FAILING)
    stack.mail.thaw()
    wait_for(told, LEAVING)
    stack.mail.wait_for(2)
    assert [told.count(text) for text in told if text.startswith((FAILING, LEAVING))] == [1, 1]
