"""The site as it shows while the portal is away: every page of the sitemap, and nothing that could be wrong by then."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest
from django.utils import timezone

from portal.core.localisation import formats
from portal.front.site.nginx import public_pages
from tests.services import Nginx, Portal
from tests.services.process import PROJECT, accepts, wait_until
from tests.services.stack import Stack

PAGE = "/en/conditions/liver-metastases/"
GZIP = {"Accept-Encoding": "gzip"}
A_DAY, AN_HOUR = 86_400, 3_600
WITHDRAWN = re.compile(
    r"^/[a-z-]+/(conditions|clinics|doctors|care-assistants)/.|/(clinics|doctors|care-assistants)/$|\.xml$"
)
PRICE = re.compile(r'class="amount"|class="price|[€$₽]\s?\d|\d\s?[€$₽]')
# A day of a year with a time of the clock, as promised times are written.
PROMISE = re.compile(r'datetime="[^"]*T\d|\b20\d\d\b[^<]{0,20}[,،] \d\d:\d\d \(')


class Stored(NamedTuple):
    """What lies in nginx's folder: what was asked for, the head of the answer, and when it came (Unix time)."""

    path: str
    head: str
    fetched_at: float

    @property
    def seconds(self) -> int:
        """How long it may show after it was fetched."""
        return sum(int(found) for found in re.findall(r"(?:s-maxage|stale-if-error)=(\d+)", self.head))

    @property
    def until(self) -> float:
        """Unix time of the last second that it may show."""
        return self.fetched_at + self.seconds


def stored(folder: Path) -> Iterator[Stored]:
    for file in folder.rglob("*"):
        if file.is_file():
            _binary, _, text = file.read_bytes().partition(b"\nKEY: ")
            key, _, rest = text.partition(b"\n")
            head = rest.partition(b"\r\n\r\n")[0].decode("latin-1")
            yield Stored(urlsplit(key.decode().split()[-1]).path, head, file.stat().st_mtime)


def warm(portal: Portal, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "warm_pages", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=portal.env, check=False)


def sitemap(client: httpx.Client) -> list[str]:
    index = client.get("/sitemap.xml").text
    texts = [client.get(urlsplit(found).path).text for found in re.findall(r"<loc>([^<]+)", index)]
    return [urlsplit(found).path for text in texts for found in re.findall(r"<loc>([^<]+)", text)]


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_promised_time_would_be_seen(language: str) -> None:
    assert PROMISE.search(formats.moment(timezone.now(), language, "Europe/Moscow"))


@pytest.fixture(scope="module")
def portal(shared_stack: Stack) -> Portal:
    """One portal for both tests of it."""
    return shared_stack.portal


def test_the_site_stays_readable_and_true_while_the_portal_is_away(portal: Portal, nginx: Nginx) -> None:
    portal.start("web")
    nginx.has_limits = False
    nginx.start()
    midnight = time.time() // A_DAY * A_DAY
    warmed = warm(portal)
    with nginx.client(headers=GZIP) as client:
        pages = sitemap(client)
        assert warmed.stdout == f"nginx keeps {len(pages)} pages.\n", warmed.stderr
        assert len(pages) > 100
        assert [page for page in pages if not re.search(public_pages(), page)] == []
        copies = {copy.path: copy for copy in stored(nginx.folder / "nginx-copies")}
        assert set(pages) <= set(copies)

        portal["web"].freeze()
        wait_until(lambda: client.get(PAGE).headers.get("X-Cache") == "STALE", seconds=60, what="the copy shows")
        portal["web"].thaw()
        portal["web"].stop()

        wrong, with_price = [], 0
        for path in pages:
            answer = client.get(path)
            text = answer.text
            with_price += bool(PRICE.search(text))
            wrong += [
                f"{path}: {name}"
                for name, is_so in {
                    "no copy": answer.status_code != 200,
                    "a cookie": "Set-Cookie" in answer.headers or "Set-Cookie" in copies[path].head,
                    "a form that sends": bool(re.search(r"<form[^>]+method=\"?post", text, re.IGNORECASE)),
                    "a token": "csrfmiddlewaretoken" in text,
                    "a promised time": bool(PROMISE.search(text)),
                    "a copy for too long": copies[path].seconds > 10 + (AN_HOUR if WITHDRAWN.search(path) else A_DAY),
                }.items()
                if is_so
            ]
            if PRICE.search(text) and "/packages/" not in path and copies[path].until > midnight + A_DAY + 1:
                wrong.append(f"{path}: a price past its day")
        assert wrong == []
        assert with_price > 10


def test_the_last_copy_shows_while_postgresql_is_away(portal: Portal, nginx: Nginx) -> None:
    portal.start("web")
    nginx.start()
    with nginx.client(headers=GZIP) as client:
        assert client.get(PAGE).status_code == 200
        portal["web"].stop()
        portal["web"].env = {**portal.env, "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing"}
        portal["web"].start()
        wait_until(lambda: accepts(portal.port), seconds=60, what="the web listens")
        wait_until(lambda: client.get(PAGE).headers["X-Cache"] == "STALE", seconds=60, what="the copy shows")
        assert "Liver metastases" in client.get(PAGE).text
        unread = client.get(f"{PAGE}questions/")
        assert unread.status_code == 503
        assert "We are away for a moment" in unread.text
