"""Plain forms of papers that come at the same time: over HTTP, each in the middle of its file when the others begin."""

import http.client
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from portal.core.encryption.parts import PART
from portal.core.http.forms import new_token
from requests.models import Case, Document
from requests.services import documents
from tests.cast import patient_of
from tests.factories import submit
from tests.requests.test_documents import noise, page, stored
from tests.services.process import wait_until

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql(reason="SQLite lets one connection write at a time"),
]

LENGTH = PART + 10
# For two of them, and not for three.
ROOM = 2 * LENGTH + 5


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    return submit()


class Form:
    """A form with one file, of which the first bytes are sent at once and the rest by ``end``."""

    def __init__(self, server: "LiveServer", her: Client, case: Case, token: str = "") -> None:
        html = her.get(page(case)).content.decode()
        [csrf] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[:1])
        boundary = secrets.token_hex(8)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{csrf}\r\n'
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="scan.pdf"\r\n\r\n'
        body = head.encode() + noise(LENGTH) + f"\r\n--{boundary}--\r\n".encode()
        address = urlsplit(server.url)
        self.connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        self.connection.putrequest("POST", f"{page(case)}?form={token or new_token()}")
        self.connection.putheader("Cookie", "; ".join(f"{name}={one.value}" for name, one in her.cookies.items()))
        self.connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders()
        cut = len(head) + 200_000
        self.connection.send(body[:cut])
        self.rest = body[cut:]

    def send_rest(self) -> None:
        self.connection.send(self.rest)

    def answer(self) -> tuple[int, str]:
        response = self.connection.getresponse()
        text = response.read().decode()
        self.connection.close()
        return response.status, text


@pytest.fixture
def begin(live_server: "LiveServer", case: Case) -> Callable[..., Form]:
    """Begin to send a form, as the patient of the case, and wait until its file has begun to come."""
    her = patient_of(case)

    def begin(token: str = "") -> Form:
        before = Document.objects.count()
        form = Form(live_server, her, case, token)
        wait_until(lambda: Document.objects.count() > before, seconds=30, what="the file begins to come")
        return form

    return begin


@pytest.mark.parametrize(
    ("of_case", "a_day", "sentence"),
    [(ROOM, 9 * ROOM, "There is no room for more"), (9 * ROOM, ROOM, "That is enough for today")],
)
def test_together_they_cannot_go_past_a_limit(
    begin: Callable[..., Form], case: Case, of_case: int, a_day: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DOCUMENT_BYTES_OF_CASE", of_case)
    monkeypatch.setattr(settings, "DOCUMENT_BYTES_A_DAY", a_day)
    forms = [begin() for _ in range(3)]
    for form in forms:
        form.send_rest()
    answers = [form.answer() for form in forms]
    assert sorted(status for status, _text in answers) == [302, 302, 422]
    assert [sentence in text for status, text in answers if status == 422] == [True]
    rows = list(Document.objects.all())
    assert [b"".join(documents.chunks(row)) == noise(LENGTH) for row in rows] == [True, True]
    # What was refused has left nothing: no row and no file.
    assert len(stored()) == 4


def test_two_clicks_bring_a_paper_once(begin: Callable[..., Form], case: Case) -> None:
    token = new_token()
    forms = [begin(token), begin(token)]
    for form in forms:
        form.send_rest()
    assert [form.answer()[0] for form in forms] == [302, 302]
    assert b"".join(documents.chunks(Document.objects.get())) == noise(LENGTH)
    assert len(stored()) == 2


def test_a_second_click_that_ends_the_first_one_loses_nothing(begin: Callable[..., Form], case: Case) -> None:
    token = new_token()
    first, second = begin(token), begin(token)
    first.connection.close()  # as browsers do
    wait_until(lambda: Document.objects.count() == 1, seconds=30, what="the first one is given up")
    second.send_rest()
    assert second.answer()[0] == 302
    assert b"".join(documents.chunks(Document.objects.here().get())) == noise(LENGTH)
