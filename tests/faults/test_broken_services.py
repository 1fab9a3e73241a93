"""A frozen or dead Redis, and mail servers of all moods: a patient's request stands and is answered."""

import re
import time
from collections import Counter

import pytest
from django.test import Client
from django.utils.html import strip_tags

from portal.accounts.models import User
from portal.core.delivery.smtp import ASK_SECONDS
from portal.core.models import OutboxItem
from requests.enums import EventKind
from requests.models import Case, Event
from requests.services import effects
from tests.accounts.cast import staff_client
from tests.faults.visitor import Visitor
from tests.services import MailServer, Portal
from tests.services.process import wait_until
from tests.services.stack import Stack

pytestmark = pytest.mark.faults

EMAIL = "patient@example.org"
PATIENCE = 10
MAILS = {"desk0@marus.example": 1, "desk1@marus.example": 1, EMAIL: 2}
TO_PATIENT = (effects.RECEIPT, effects.ESTIMATE_MAIL)


def send(portal: Portal) -> str:
    """Send a request as somebody who waits ten seconds for each page."""
    with Visitor(portal.url, timeout=PATIENCE) as visitor:
        return visitor.send(email=EMAIL, condition="liver-metastases", procedure="surgery")


def arrived(mail: MailServer) -> dict[str, int]:
    """Count the mails by recipient."""
    return dict(Counter(str(message["X-Rcpt-To"]) for message in mail.messages()))


def row(reference: str, kind: str) -> OutboxItem | None:
    return OutboxItem.objects.filter(reference=reference, kind=kind).first()


def states(reference: str) -> dict[str, set[str]]:
    """Return the states of a case's outbox rows by kind."""
    found: dict[str, set[str]] = {}
    for kind, state in OutboxItem.objects.filter(reference=reference).values_list("kind", "state"):
        found.setdefault(kind, set()).add(state)
    return found


def await_everything(reference: str, mail: MailServer, *, seconds: float) -> None:
    """Wait until every row of a case is sent, then count its mails: each one came, once."""

    def is_done() -> bool:
        known = states(reference)
        return effects.ESTIMATE_MAIL in known and set.union(*known.values()) == {"sent"}

    wait_until(is_done, seconds=seconds, what=f"everything of {reference} is sent: {states(reference)}")
    assert arrived(mail) == MAILS


def outbox_on_page(client: Client, reference: str) -> list[str]:
    """Return what the desk's page of a case says of its mails and documents, one text for each row."""
    case = Case.objects.get(reference=reference)
    response = client.get(f"/admin/requests/case/{case.pk}/change/")
    assert response.status_code == 200
    section = response.content.decode().partition('<details id="outbox"')[2].partition("</details>")[0]
    rows = re.findall(r"<li>(.*?)</li>", section, re.DOTALL)
    return [" ".join(strip_tags(text.replace("<br>", " ")).split()) for text in rows]


@pytest.fixture(scope="module")
def stack(quick_stack: Stack) -> Stack:
    """The portal, running. Nobody dies while sending here, so leases are as long as in production: longer than any silence."""
    quick_stack.portal.env["OUTBOX_LEASE_SECONDS"] = "60"
    quick_stack.portal.start()
    return quick_stack


@pytest.fixture
def mail(stack: Stack) -> MailServer:
    """The mail server, in a good mood and without a message."""
    stack.mail.clear()
    return stack.mail


@pytest.fixture
def desk(stack: Stack) -> Client:
    """The browser of a coordinator who signed in with a second factor."""
    return staff_client(User.objects.get(email="desk0@marus.example"))


@pytest.mark.parametrize(
    ("mood", "error"),
    [("silence", "SMTPServerDisconnected"), ("not now", "SMTPRecipientsRefused")],
    ids=["silence", "4xx"],
)
def test_a_mail_server_in_a_bad_mood_is_asked_again(mood: str, error: str, stack: Stack, mail: MailServer) -> None:
    if mood == "silence":
        mail.freeze()  # connections open, and nobody says a word
    else:
        mail.refuse(451, only=EMAIL)
    reference = send(stack.portal)

    def receipt_waits() -> bool:
        item = row(reference, effects.RECEIPT)
        return item is not None and item.attempts >= 1 and item.error == error

    wait_until(receipt_waits, seconds=60, what="the receipt was tried")
    mail.thaw()
    mail.accept()
    await_everything(reference, mail, seconds=90)
    assert Case.objects.get(reference=reference).email_refused_at is None


def test_without_a_mail_server_the_request_stands_and_the_desk_sees_what_waits(
    stack: Stack, mail: MailServer, desk: Client
) -> None:
    mail.stop()
    time.sleep(ASK_SECONDS)  # a connection that was kept and used a moment ago would fail in another way
    reference = send(stack.portal)
    kinds = (effects.NOTICE, *TO_PATIENT)

    def all_tried() -> bool:
        rows = OutboxItem.objects.filter(reference=reference, kind__in=kinds, attempts__gte=1).exclude(error="")
        return rows.count() == sum(MAILS.values())

    wait_until(all_tried, seconds=60, what="every mail was tried")
    waiting = OutboxItem.objects.filter(reference=reference, kind__in=kinds)
    assert {(item.state in ("queued", "in_flight"), item.error) for item in waiting} == {
        (True, "ConnectionRefusedError")
    }
    assert states(reference)[effects.ESTIMATE_PDF] == {"sent"}
    shown = [text for text in outbox_on_page(desk, reference) if "waits since" in text]
    assert len(shown) == sum(MAILS.values())
    assert all("The mail server takes no connection" in text for text in shown)

    mail.start()
    await_everything(reference, mail, seconds=90)
    assert [text for text in outbox_on_page(desk, reference) if "waits since" in text] == []


def test_a_refused_address_is_told_to_the_desk_at_once(stack: Stack, mail: MailServer, desk: Client) -> None:
    mail.refuse(550, only=EMAIL)
    reference = send(stack.portal)
    failed = {kind: {"failed"} for kind in TO_PATIENT}
    wait_until(lambda: failed.items() <= states(reference).items(), seconds=60, what="both mails have failed")
    for kind in TO_PATIENT:
        item = row(reference, kind)
        assert item is not None
        assert (item.attempts, item.error) == (1, "SMTP 550")
    assert Case.objects.get(reference=reference).email_refused_at is not None
    assert Event.objects.filter(reference=reference, kind=EventKind.ADDRESS_REFUSED).count() == len(TO_PATIENT)
    mail.wait_for(2)
    assert arrived(mail) == {address: 1 for address in MAILS if address != EMAIL}
    assert sum("Send again" in text for text in outbox_on_page(desk, reference)) == len(TO_PATIENT)
    assert reference in desk.get("/admin/requests/case/?needs=address").content.decode()

    mail.accept()
    case = Case.objects.get(reference=reference)
    for kind in TO_PATIENT:
        item = row(reference, kind)
        assert item is not None
        desk.post(f"/admin/requests/case/{case.pk}/outbox/{item.pk}/again/")
    await_everything(reference, mail, seconds=60)
    assert Case.objects.get(reference=reference).email_refused_at is None


def test_a_frozen_redis_keeps_nobody_waiting(stack: Stack, mail: MailServer) -> None:
    stack.redis.freeze()
    reference = send(stack.portal)
    assert not stack.redis.answers()
    stack.redis.thaw()
    await_everything(reference, mail, seconds=60)


def test_without_redis_the_relay_delivers(stack: Stack, mail: MailServer) -> None:
    stack.portal["relay"].stop()  # it leaves a Redis alone for a while that was frozen
    stack.portal.start()
    stack.redis.kill()
    reference = send(stack.portal)
    await_everything(reference, mail, seconds=60)
    assert not stack.redis.is_running
    stack.portal.kill()  # a worker without its broker is slow to end
