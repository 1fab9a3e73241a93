"""The test servers do what the fault tests rely on, and the guards of the suite guard."""

import smtplib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.network import OutsideError
from tests.services import MailServer, Postgres, RedisServer

if TYPE_CHECKING:
    from playwright.sync_api import Page


def send(server: MailServer) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=2) as client:
        return client.sendmail("a@marus.example", ["b@marus.example"], "Subject: hello\r\n\r\nbody\r\n")


def test_mail_server_keeps_refuses_hangs_and_drops(smtp_sink: MailServer) -> None:
    assert send(smtp_sink) == {}
    smtp_sink.refuse(550)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        send(smtp_sink)
    smtp_sink.hang()
    with pytest.raises((smtplib.SMTPServerDisconnected, TimeoutError)):
        send(smtp_sink)
    smtp_sink.drop_after_data()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_sink)
    smtp_sink.accept()
    assert send(smtp_sink) == {}
    kept = [(mail["Subject"], mail["X-Rcpt-To"]) for mail in smtp_sink.wait_for(3)]
    assert kept == [("hello", "b@marus.example")] * 3


def test_redis_keeps_what_it_took_when_killed(redis_server: RedisServer) -> None:
    redis_server.client().set("a", "1")
    redis_server.freeze()
    assert not redis_server.answers()
    redis_server.thaw()
    assert redis_server.answers()
    redis_server.kill()
    redis_server.start()
    assert redis_server.client().get("a") == b"1"


@pytest.mark.faults
def test_postgres_comes_back_after_a_kill(postgres_server: Postgres) -> None:
    postgres_server.create_database("portal")
    postgres_server.execute("CREATE TABLE kept (number int)", database="portal")
    postgres_server.execute("INSERT INTO kept VALUES (7)", database="portal")
    postgres_server.execute("CHECKPOINT")
    postgres_server.kill()
    assert not postgres_server.answers()
    postgres_server.start()
    assert postgres_server.execute("SELECT number FROM kept", database="portal") == [(7,)]


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 80)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    with pytest.raises(OutsideError):
        socket.create_connection(address, timeout=1)


@pytest.mark.django_db
def test_the_suite_runs_on_postgresql() -> None:
    assert connection.vendor == "postgresql"


@pytest.mark.browser
def test_a_page_that_breaks_the_policy_is_noticed(open_page: "Callable[..., Page]") -> None:
    page = open_page()
    page.set_content("<title>hello</title>")
    assert page.title() == "hello"
