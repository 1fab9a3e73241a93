"""Who asks for too much is told to wait, in her language; a family or a waiting room behind one address is not."""

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import httpx
import pytest
from django.conf import LazySettings

from requests.models import Case
from tests.faults.visitor import Visitor
from tests.nginx.stub import Answer, Stub
from tests.services import Nginx, Portal
from tests.services.process import wait_until
from tests.services.stack import Stack

BUSY = {"en": "Too much at once", "ru": "Слишком много запросов сразу", "ar": "طلبات كثيرة في وقت واحد"}
FAMILY = 12


@pytest.fixture(scope="module")
def portal(shared_stack: Stack) -> Portal:
    """One portal for all tests of this module; an nginx that starts anew has counted nothing yet."""
    return shared_stack.portal


@pytest.fixture
def site(portal: Portal, nginx: Nginx) -> Nginx:
    """nginx and the web process, both running."""
    portal.env["FORM_MIN_SECONDS"] = "0"
    portal.start("web")
    nginx.start()
    return nginx


def assert_is_busy_page(response: httpx.Response, language: str) -> None:
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 120
    assert response.headers["Cache-Control"] == "no-store"
    assert f"<h1>{BUSY[language]}</h1>" in response.text
    assert "help@clinic-search.example" in response.text
    assert 'href="tel:+74951234567"' in response.text
    assert "112" in response.text


LIMITS = [
    ("POST", "/en/accounts/login/", "en", 30),
    ("POST", "/ru/case/", "ru", 20),
    ("GET", "/ar/search/?q=x", "ar", 60),
    ("GET", "/en/conditions/nothing/page.pdf", "en", 20),
    ("POST", "/ru/conditions/nothing/feedback/", "ru", 20),
    ("POST", "/ar/requests/new/", "ar", 60),
]


def at_once(nginx: Nginx, method: str, path: str, number: int) -> list[int]:
    """Return the status of each of many requests that are sent in one go, so that none waits for the one before."""
    request = f"{method} {path} HTTP/1.1\r\nHost: localhost:{nginx.port}\r\nContent-Length: 0\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", nginx.port), timeout=30)) as connection:
        connection.sendall(request.encode() * number)
        statuses: list[int] = []
        with connection.makefile("rb") as answers:
            while len(statuses) < number:
                statuses.append(int(answers.readline().split()[1]))
                fields = dict(line.decode().lower().split(": ", 1) for line in iter(answers.readline, b"\r\n"))
                answers.read(int(fields["content-length"]))
    return statuses


def test_too_many_of_a_kind_are_told_to_wait_and_nothing_else_is_closed(lonely_nginx: Nginx) -> None:
    # Nothing answers behind it: 503 is what was let through, and no slow page lets a limit fill up again.
    lonely_nginx.start()
    with lonely_nginx.client() as client:
        for method, path, language, burst in LIMITS:
            answers = at_once(lonely_nginx, method, path, 2 * burst)
            assert set(answers[:burst]) == {503}, path
            assert answers[-1] == 429, path
            assert_is_busy_page(client.request(method, path), language)
            assert client.get(f"/{language}/requests/new/").status_code == 503
        # Words in a case are a submission, too.
        for path in ("", "messages/", "tasks/complaint/"):
            assert client.post(f"/en/case/MR-2222-2222/{path}").status_code == 429
        # So is a press of the button behind a link, or a mail to somebody's family.
        for path in (f"{'0' * 32}.{'a' * 43}/", f"family/{'0' * 32}.{'a' * 43}/", "MR-2222-2222/family/"):
            assert client.post(f"/en/case/{path}").status_code == 429
        # And what a clinic sends.
        for path in ("", "offer/"):
            assert client.post(f"/en/referral/{'0' * 32}.{'a' * 43}/{path}").status_code == 429


def test_a_family_behind_one_address_is_not_stopped(site: Nginx) -> None:
    def visit(number: int) -> str:
        with site.client() as client, Visitor(site.url, client=client) as visitor:
            for path in ("/en/", "/en/conditions/", "/en/clinics/", "/en/search/?q=liver", "/en/search/?q=cancer"):
                assert client.get(path).status_code == 200
            assert client.get("/en/conditions/nothing/page.pdf").status_code == 404
            page = visitor.open("/en/requests/new/")
            for _ in range(3):  # it comes back with what was wrong
                assert visitor.post("/en/requests/new/", page, {"name": "Test"}).status_code == 422
            return visitor.send(email=f"patient{number}@example.org")

    with ThreadPoolExecutor(FAMILY) as pool:
        references = set(pool.map(visit, range(FAMILY)))
    assert len(references) == FAMILY
    assert Case.objects.count() == FAMILY


def test_few_documents_are_printed_at_once_for_one_address(site: Nginx, portal: Portal) -> None:
    portal["web"].freeze()
    path = "/en/conditions/nothing/page.pdf"
    with ExitStack() as waiting:
        for _ in range(12):
            printing = waiting.enter_context(closing(socket.create_connection(("127.0.0.1", site.port), timeout=5)))
            printing.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with site.client() as client:
            assert_is_busy_page(client.get(path), "en")
        portal["web"].thaw()


@pytest.mark.parametrize("is_behind_nginx", [False, True], ids=["straight", "behind nginx"])
def test_a_slow_client_holds_no_web_process(site: Nginx, portal: Portal, is_behind_nginx: bool) -> None:
    port = site.port if is_behind_nginx else portal.port
    # Without the cookie the portal would answer before it reads the form.
    cookie = httpx.get(f"http://localhost:{port}/en/case/").headers["Set-Cookie"].partition(";")[0]
    form = f"POST /en/case/ HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\nContent-Length: 3000\r\n"
    form += "Content-Type: application/x-www-form-urlencoded\r\n\r\na"
    with ExitStack() as slow:
        for _ in range(8):
            client = slow.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=5)))
            client.sendall(form.encode())

        def answer() -> int:
            return httpx.get(f"http://localhost:{port}/en/case/", timeout=4).status_code

        if is_behind_nginx:
            assert [answer() for _ in range(8)] == [200] * 8
        else:
            # The reason for a buffering proxy: a few slow clients hold every worker that there is.
            with pytest.raises(httpx.ReadTimeout):
                [answer() for _ in range(8)]


def test_the_language_of_the_page_is_that_of_the_address_or_of_the_browser(lonely_nginx: Nginx) -> None:
    lonely_nginx.start()  # nothing answers behind it
    with lonely_nginx.client() as client:
        for path, asks_for, wanted in (
            ("/ar/clinics/", "ru", "ar"),
            ("/", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
            ("/accounts/login/", "ar", "ar"),
            ("/admin/", "de", "en"),
        ):
            answer = client.get(path, headers={"Accept-Language": asks_for})
            assert re.findall(r'<html lang="(\w+)', answer.text) == [wanted], path


def test_a_network_of_ipv6_is_one_visitor(stub_nginx: Nginx, settings: LazySettings) -> None:
    settings.OUTER_PROXIES = ["127.0.0.1"]
    stub_nginx.has_limits = True
    stub_nginx.start()

    def status(address: str) -> int:
        return client.post("/en/case/", headers={"X-Forwarded-For": address}).status_code

    def is_stopped(address: str) -> bool:
        return 429 in {status(address) for _ in range(30)}

    with stub_nginx.client() as client:
        assert is_stopped("2001:db8:1:2::1")
        for neighbour in ("2001:db8:1:2::2", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:DB8:1:2:0:0:0:3"):
            assert status(neighbour) == 429, neighbour
        for stranger in ("2001:db8:1:3::1", "2001:db8:2:2::1", "2001:db8:1::2", "::1", "198.51.100.1"):
            assert status(stranger) == 200, stranger
        # Every address of IPv4 still is a visitor of its own, in the dress of IPv6 too.
        assert is_stopped("198.51.100.7")
        assert status("::ffff:198.51.100.7") == 429
        for stranger in ("198.51.100.8", "::ffff:198.51.100.9"):
            assert status(stranger) == 200, stranger


def test_who_prints_from_many_addresses_of_one_network_is_counted_once(
    stub: Stub, stub_nginx: Nginx, settings: LazySettings
) -> None:
    settings.OUTER_PROXIES = ["127.0.0.1"]
    stub_nginx.has_limits = True
    path = "/en/conditions/nothing/page.pdf"
    may_go_on = threading.Event()
    stub.answers[path] = Answer(may_go_on=may_go_on)
    stub_nginx.start()
    with ExitStack() as waiting:
        for number in range(12):
            printing = waiting.enter_context(
                closing(socket.create_connection(("127.0.0.1", stub_nginx.port), timeout=5))
            )
            address = f"2001:db8::{number:x}"
            printing.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
        wait_until(lambda: stub.count(path) == 12, seconds=10, what="twelve are being made")
        with stub_nginx.client() as client:
            assert_is_busy_page(client.get(path, headers={"X-Forwarded-For": "2001:db8::ffff"}), "en")
        may_go_on.set()
