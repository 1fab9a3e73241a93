"""Mails of one thread share a connection, and one that broke is replaced before a mail is in it."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.core.mail import EmailMessage
from pytest_django import Settings

from portal.core.delivery import smtp
from tests.services import free_port


class Counting(Controller):
    """A mail server that counts connections and mails."""

    def __init__(self) -> None:
        self.connections = 0
        self.mails: list[str] = []
        self.refused = ""
        super().__init__(self, hostname="127.0.0.1", port=free_port())

    def factory(self) -> SMTP:
        self.connections += 1
        return SMTP(self)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 – aiosmtpd
        if address == self.refused:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 – aiosmtpd
        self.mails += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    server = Counting()
    server.start()
    server.connections = 0  # the controller itself connected once
    options = {"host": "127.0.0.1", "port": server.port, "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "portal.core.delivery.smtp.SmtpBackend", "OPTIONS": options}}
    monkeypatch.setattr(smtp, "_kept", smtp.KeptConnections())
    yield server
    forget()
    server.stop()


def forget() -> None:
    """Close what is kept for this thread."""
    for connection, _used_at in smtp._kept.by_server.values():
        connection.close()


def send(to: str = "a@example.org") -> None:
    EmailMessage("Hello", "body", to=[to]).send()


def test_one_connection_carries_many_mails(server: Counting) -> None:
    for _mail in range(3):
        send()
    assert (server.connections, len(server.mails)) == (1, 3)


def test_each_thread_has_its_own(server: Counting) -> None:
    def send_and_end() -> None:
        send()
        forget()

    send()
    thread = threading.Thread(target=send_and_end)
    thread.start()
    thread.join()
    send()
    assert (server.connections, len(server.mails)) == (2, 3)


def test_a_refused_mail_leaves_nothing_behind_for_the_next(server: Counting) -> None:
    server.refused = "nobody@example.org"
    with pytest.raises(Exception, match="550"):
        send("nobody@example.org")
    send()
    assert (server.connections, server.mails) == (1, ["a@example.org"])


def test_a_connection_that_the_server_ended_meanwhile_is_replaced(
    server: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "ASK_SECONDS", 0)
    send()
    [(connection, _used_at)] = smtp._kept.by_server.values()
    assert connection.sock is not None
    connection.sock.shutdown(2)
    send()
    assert (server.connections, len(server.mails)) == (2, 2)


def test_an_old_connection_is_not_asked(server: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    send()
    monkeypatch.setattr(smtp, "ASK_SECONDS", 0)
    monkeypatch.setattr(smtp, "IDLE_SECONDS", 0)
    send()
    assert (server.connections, len(server.mails)) == (2, 2)
