"""What nginx cannot take is explained in the reader's language, as its other pages are."""

import contextlib
import re
import socket

import pytest

from tests.nginx.conftest import OPERATOR
from tests.services import Nginx

RUSSIAN = "Accept-Language: ru\r\n"
TITLES = {
    400: {"en": "We could not read this request", "ru": "Мы не смогли прочитать этот запрос"},
    413: {"en": "What you sent is too large", "ru": "Вы отправили слишком много данных"},
    414: {"en": "This address is too long"},
    431: {"en": "Your browser sends too much", "ru": "Ваш браузер отправляет слишком много данных"},
}
REQUESTS = [
    (400, "en", "GET /en/ HTTP/1.1\r\n\r\n"),  # no host
    (400, "en", "GET /en/case/ nonsense\r\n\r\n"),
    (400, "ru", f"GET / HTTP/1.1\r\nHost: localhost\r\n{RUSSIAN}Content-Length: x\r\n\r\n"),
    (413, "en", f"POST /en/requests/new/ HTTP/1.1\r\nHost: localhost\r\n{RUSSIAN}Content-Length: {10**9}\r\n\r\n"),
    (413, "ru", f"POST /ru/about/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**9}\r\n\r\n"),
    (414, "en", f"GET /{9000 * 'x'} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    (431, "en", f"GET /en/ HTTP/1.1\r\nHost: localhost\r\nCookie: a={9000 * 'x'}\r\n\r\n"),
    (431, "ru", f"GET / HTTP/1.1\r\nHost: localhost\r\n{RUSSIAN}Cookie: a={9000 * 'x'}\r\n\r\n"),
]


def answer_to(port: int, request: str) -> tuple[int, str, str]:
    """Return status, headers and body of what a raw request gets."""
    received = b""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as client:
        client.sendall(request.encode())
        while b"</html>" not in received and (part := client.recv(65_536)):
            received += part
    head, _, body = received.decode().partition("\r\n\r\n")
    return int(head.split()[1]), head, body


def assert_is_own_page(status: int, language: str, answer: tuple[int, str, str]) -> None:
    found, head, body = answer
    assert found == status
    assert f"<h1>{TITLES[status][language]}</h1>" in body
    assert f'<html lang="{language}' in body
    assert f'<a href="/{language}/">' in body
    assert OPERATOR["OPERATOR_EMAIL"] in body
    assert "112" in body
    # To come back later does not help, and neither does sending it again.
    assert "Retry-After" not in head
    assert "counts only once" not in body
    assert "Cache-Control: no-store" in head
    assert "default-src 'none'" in head


@pytest.mark.parametrize(
    ("status", "language", "request_text"), REQUESTS, ids=[f"{status} {language}" for status, language, _ in REQUESTS]
)
def test_what_nginx_cannot_take_is_explained(stub_nginx: Nginx, status: int, language: str, request_text: str) -> None:
    stub_nginx.start()
    assert_is_own_page(status, language, answer_to(stub_nginx.port, request_text))


def test_plain_http_is_explained_too_where_https_is_wanted(stub_nginx: Nginx) -> None:
    stub_nginx.write()
    configuration = stub_nginx.folder / "nginx.conf"
    text, count = re.subn(r"(\$goes_to_https \{\s+default) 0;", r"\1 1;", configuration.read_text())
    assert count == 1
    stub_nginx.write = lambda *_: configuration.write_text(text)  # type: ignore[assignment, method-assign]  # as with an https address
    stub_nginx.start()
    assert answer_to(stub_nginx.port, "GET /en/ HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] == 301
    for status, language, request_text in REQUESTS:
        if status != 413:
            assert_is_own_page(status, language, answer_to(stub_nginx.port, request_text))


def test_what_waits_says_when_to_come_back(stub_nginx: Nginx) -> None:
    stub_nginx.start()
    with stub_nginx.client() as client:
        for status in (429, 503):
            page = client.get(f"/nginx/{status}.en.html")
            assert page.headers["Retry-After"] == "60"
            assert "counts only once" in page.text
