"""Mails of accounts leave by the outbox: no mail server in a request, no token in a row, no Host header in a link."""

import pytest
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import SecurityEvent
from portal.core.models import OutboxItem
from tests.accounts.way_in import choose_password, link_in, mail_to
from tests.factories import make_staff
from tests.requests.delivery import deliver_all, mail_text, to

pytestmark = pytest.mark.django_db

RESET = "/en/accounts/password/reset/"


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


def test_a_link_for_a_password_is_sent_by_the_outbox() -> None:
    user = make_staff(Role.COORDINATOR)
    Client().post(RESET, {"email": user.email.upper()})
    assert mail.outbox == []
    row = OutboxItem.objects.get(kind="account.password_link")
    sent = mail_to(user)
    assert (sent.subject, sent.to) == ("MARUS: a new password", [user.email])
    assert link_in(sent).split("/")[-2] not in " ".join(str(value) for value in vars(row).values())


@pytest.mark.parametrize("host", ["evil.example", "localhost:6666", "127.0.0.1"])
def test_links_are_those_of_the_site_whatever_the_host_header_says(host: str) -> None:
    user = make_staff(Role.COORDINATOR)
    Client().post(RESET, {"email": user.email}, headers={"Host": host, "X-Forwarded-Host": host})
    for sent in deliver_all():
        assert host not in mail_text(sent)
        assert "http://localhost:8000/en/accounts/password/reset/key/" in mail_text(sent)


def test_unknown_addresses_get_no_mail_and_the_same_answer() -> None:
    user = make_staff(Role.COORDINATOR)
    known = Client().post(RESET, {"email": user.email}, follow=True)
    unknown = Client().post(RESET, {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert known.content == unknown.content
    assert [sent.to for sent in deliver_all()] == [[user.email]]
    assert not SecurityEvent.objects.filter(user_id=None).exists()


def test_who_left_gets_no_mail() -> None:
    user = make_staff(Role.COORDINATOR, is_active=False)
    Client().post(RESET, {"email": user.email})
    assert deliver_all() == []


def test_a_stranger_cannot_fill_a_mailbox() -> None:
    user = make_staff(Role.COORDINATOR)
    for _time in range(4):
        Client().post(RESET, {"email": user.email})
    assert len(deliver_all()) == 1


def test_a_changed_password_is_told() -> None:
    user = make_staff(Role.COORDINATOR, last_login=timezone.now())
    Client().post(RESET, {"email": user.email})
    choose_password(Client(), link_in(mail_to(user)))
    told = to(user.email, deliver_all())
    assert [str(sent.subject) for sent in told] == ["MARUS: password changed"]
    assert "127.0.0.1" not in mail_text(told[0])
