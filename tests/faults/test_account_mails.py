"""A mail server that is silent keeps nobody waiting, whoever asks for passwords meanwhile."""

import httpx
import pytest

from portal.accounts.enums import Role
from portal.core.models import OutboxItem
from tests.factories import make_staff
from tests.faults.visitor import Visitor
from tests.services import MailServer, Portal

pytestmark = pytest.mark.faults

RESET = "/en/accounts/password/reset/"
# Far less than the time-out of one mail (10 s), far more than a page needs on a busy machine.
PATIENCE = 5


def test_a_frozen_mail_server_keeps_no_reader_waiting(quick_portal: Portal, smtp_sink: MailServer) -> None:
    people = [make_staff(Role.COORDINATOR, email=f"person{number}@marus.example") for number in range(6)]
    quick_portal.start("web", "relay")
    smtp_sink.freeze()
    for person in people:
        with Visitor(quick_portal.url, timeout=PATIENCE) as stranger:
            assert stranger.post(RESET, stranger.open(RESET), {"email": person.email}).status_code == 302
    assert httpx.get(f"{quick_portal.url}/en/", timeout=PATIENCE).status_code == 200
    assert OutboxItem.objects.filter(kind="account.password_link").count() == len(people)
    smtp_sink.thaw()
    links = [
        message for message in smtp_sink.wait_for(len(people), seconds=90) if "a new password" in message["Subject"]
    ]
    assert {message["X-Rcpt-To"] for message in links} == {person.email for person in people}
    assert all(f"{quick_portal.url}/en/accounts/password/reset/key/" in message.as_string() for message in links)
