"""No log of nginx holds a token, a query or the address of a visitor, whatever goes wrong."""

import contextlib
import re
import socket

import httpx

from tests.services import Nginx, Portal

TOKEN = f"{32 * 'a'}.Quetzalcoatl_signature-of-a-link"
VISITOR = "198.51.100.23"


def ask(client: httpx.Client) -> None:
    """Open addresses that hold something private, in more than one spelling."""
    for path in (
        f"/en/case/{TOKEN}/",
        f"/en/case/family/{TOKEN}/",
        f"/en/case/family/{TOKEN}/estimates/0/",
        f"/en/referral/{TOKEN}/offer/",
        f"/en/c%61se/{TOKEN}/",
        f"/en//case/{TOKEN}",
        f"/ru/CASE/{TOKEN}/?next=quetzal",
        f"/en/x{TOKEN}/",
        "/en/case/MR-QUET-ZALC/",
        "/en/search/?q=quetzalcoatl",
        "/en/clinics/?name=Quetzalina",
        "/en/accounts/password/reset/key/1-quetzal/",
    ):
        client.get(path, headers={"X-Forwarded-For": VISITOR, "Referer": f"http://x/en/case/{TOKEN}/"})


def test_no_log_holds_what_is_private(portal: Portal, nginx: Nginx) -> None:
    portal.env["OUTER_PROXIES"] = "127.0.0.1"
    portal.start("web")
    nginx.start()
    with nginx.client() as client:
        client.get("/en/conditions/")
        ask(client)
        portal["web"].stop()
        ask(client)  # connection refused: nginx would write whole addresses into its error log
        for _ in range(60):
            client.post("/en/case/", data={"email": "quetzal@example.org"}, headers={"X-Forwarded-For": VISITOR})
        client.post(f"/en/case/{TOKEN}/", content=100_000 * b"quetzal", headers={"X-Forwarded-For": VISITOR})
    for broken in (
        f"POST /en/case/{TOKEN}/ HTTP/1.1\r\nHost: x\r\nContent-Length: {10**9}\r\n\r\nquetzal",
        f"GET /en/case/{TOKEN}/ quetzal\r\n\r\n",
        f"GET /en/case/{TOKEN}/{9000 * 'x'} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /en/case/{TOKEN}/ HTTP/1.1\r\nHost: quetzal quetzal\r\n\r\n",
        f"quetzal /en/case/{TOKEN}/ HTTP/9.9\r\n\r\n",
    ):
        with contextlib.closing(socket.create_connection(("127.0.0.1", nginx.port), timeout=5)) as client:
            client.sendall(broken.encode())
            client.recv(1000)
    nginx.stop()
    log = nginx.output()
    assert "GET /en/conditions/ 200 " in log, "the log says nothing at all: that proves nothing"
    assert "GET (private) 503 " in log
    assert "POST (private) 429 " in log
    assert re.findall(rf"(?i)quetzal|{32 * 'a'}|{re.escape(VISITOR)}|MR-|example\.org", log) == []


def test_the_life_of_nginx_itself_is_told(lonely_nginx: Nginx) -> None:
    lonely_nginx.start()
    lonely_nginx.stop()
    assert "signal 15 (SIGTERM) received" in lonely_nginx.output()
