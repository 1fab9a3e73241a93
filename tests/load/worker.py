"""One process that serves one WSGI application to itself and says how long that took.

It reads a number of requests a line and answers with the seconds that they took. The same file
runs in the portal's environment and in the one of Wagtail, so it needs Django alone.

Started as ``python worker.py SETTINGS get PATH`` or ``… SETTINGS post PATH MODULE:FACTORY``; with
``compressed`` it asks as browsers do, for gzip, and with ``revalidate`` for what changed since the
first answer.
"""

import importlib
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

type Answers = dict[str, Any]


class Browser:
    """Calls a WSGI application as a server would, without a network between them."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application
        self.status = ""
        self.headers: dict[str, str] = {}

    def request(self, method: str, path: str, answers: Answers | None = None, **headers: str) -> bytes:
        """Send one request and read the whole answer; headers are named as in WSGI (HTTP_COOKIE)."""
        body = urlencode(answers or {}, doseq=True).encode()
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:8000",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **headers,
        }
        response = self.application(environ, self._start)
        try:
            return b"".join(response)
        finally:
            # As a server does: signals fire, the connection to the database is looked after.
            if hasattr(response, "close"):
                response.close()

    def _start(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
        self.status = status
        self.headers = dict(headers)


def main(settings: str, method: str, path: str, factory: str = "") -> None:
    """Serve until the input ends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    sys.path.insert(0, str(Path.cwd()))
    wsgi = importlib.import_module("django.core.wsgi")
    browser = Browser(wsgi.get_wsgi_application())
    make: Callable[[], tuple[Answers, str]] = lambda: ({}, "")  # noqa: E731 – the default of the next line
    if factory:
        module, _colon, name = factory.partition(":")
        make = getattr(importlib.import_module(module), name)
    headers: dict[str, str] = {}
    if method in {"compressed", "revalidate"}:
        headers["HTTP_ACCEPT_ENCODING"] = "gzip"
    if method == "revalidate":
        browser.request("GET", path, None, **headers)
        headers["HTTP_IF_NONE_MATCH"] = browser.headers["ETag"]
    wanted = {"post": "302", "revalidate": "304"}.get(method, "200")
    for line in sys.stdin:
        sent = [make() for _ in range(int(line))]
        started = time.perf_counter()
        for answers, cookie in sent:
            browser.request("POST" if factory else "GET", path, answers, HTTP_COOKIE=cookie, **headers)
            if browser.status[:3] != wanted:
                raise SystemExit(f"{settings} {path} answered {browser.status}")
        print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
