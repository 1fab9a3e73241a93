"""Mail files are read in the embedded default only, and never as live HTML."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

LIST = "/admin/core/mail/"


@pytest.fixture
def mail(tmp_path: Path, settings: Settings) -> str:
    settings.EMBEDDED, settings.MAIL_DIR = True, tmp_path
    message = EmailMessage()
    message["Subject"], message["To"], message["Date"] = (
        "Ваша заявка",
        "p@example.org",
        "Mon, 23 Nov 2026 12:00:00 +0000",
    )
    message.set_content("Open http://localhost:8000/en/case/x/ <b>bold</b>")
    message.add_alternative("<script>alert(1)</script><p>Hello</p>", subtype="html")
    (tmp_path / "20261123T120000-one.eml").write_bytes(message.as_bytes())
    (tmp_path.parent / "secret.eml").write_text("secret")
    return "20261123T120000-one.eml"


def test_the_mail_is_shown_and_runs_nothing(mail: str) -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    assert "Ваша заявка" in client.get(LIST).content.decode()
    text = client.get(f"{LIST}{mail}/").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<script>alert" not in text
    assert '<iframe class="desk-frame" sandbox title' in text


def test_nothing_but_mail_files(mail: str) -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    for name in ("missing.eml", "..%2Fsecret.eml", "%2E%2E%2Fsecret.eml", "secret"):
        assert client.get(f"{LIST}{name}/").status_code == 404


def test_only_the_desk(mail: str) -> None:
    assert staff_client(make_staff(Role.EDITOR)).get(LIST).status_code == 403


def test_only_in_the_embedded_default(mail: str, settings: Settings) -> None:
    settings.EMBEDDED = False
    client = staff_client(make_staff(Role.LEAD))
    assert (client.get(LIST).status_code, client.get(f"{LIST}{mail}/").status_code) == (404, 404)
