"""A web server in the place of the portal, which counts what it is asked and answers as told."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from tests.services import Nginx, Portal
from tests.services.nginx import keep_apart, lift_limits

OPERATOR = {"OPERATOR_EMAIL": "help@clinic-search.example", "OPERATOR_PHONE": "+7 (495) 123-45-67"}
PUBLIC = "public, max-age=0, s-maxage=10, stale-if-error={}"


@dataclass
class Answer:
    """What the stub says at an address; ``headers`` come on top of those of a public page."""

    body: str = "a page"
    status: int = 200
    stale_if_error: int = 3600
    headers: dict[str, str] = field(default_factory=dict)
    # Nothing is said until it is set.
    may_go_on: threading.Event | None = None


class Stub:
    """A portal whose pages carry the headers of the page cache."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        # Path, and header names in small letters, of each request.
        self.asked: list[tuple[str, dict[str, str]]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                stub.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = stub.answers.get(self.path, Answer())
                if answer.may_go_on:
                    answer.may_go_on.wait()
                body = answer.body.encode()
                is_gzip = self.headers.get("Accept-Encoding") == "gzip"
                if is_gzip:
                    body = gzip.compress(body)
                headers = {
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Length": str(len(body)),
                    "Cache-Control": PUBLIC.format(answer.stale_if_error) if answer.status == 200 else "no-store",
                    "ETag": f'W/"{hash(answer.body)}"',
                    "Vary": "Accept-Encoding",
                    **({"Content-Encoding": "gzip"} if is_gzip else {}),
                    **answer.headers,
                }
                self.send_response(answer.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 – the names that http.server looks for

            def log_message(self, *arguments: object) -> None: ...

        self.handler = Handler
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self._serve()

    def count(self, path: str) -> int:
        """Return how often an address was asked for."""
        return sum(asked == path for asked, _headers in self.asked)

    def stop(self) -> None:
        """Refuse connections."""
        self.server.shutdown()
        self.server.server_close()

    def start(self) -> None:
        """Answer again, on the same port."""
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), self.handler)
        self._serve()

    def _serve(self) -> None:
        self.server.daemon_threads = True
        # To stop, it looks that often whether it should.
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@contextmanager
def in_front_of(stub: Stub, folder: Path, *, tls: bool = False) -> Iterator[Nginx]:
    """Yield an nginx without limits, not started yet; this process writes its files, which is quicker than another."""
    nginx = Nginx(Portal(folder, {}), folder, tls=tls)

    def write(*_: str) -> None:
        call_command("write_nginx", folder, stdout=StringIO())
        keep_apart(folder / "nginx.conf", folder)
        if not nginx.has_limits:
            lift_limits(folder / "nginx.conf")

    nginx.has_limits = False
    nginx.write = write  # type: ignore[method-assign]  # there is no environment to hand on
    with override_settings(
        NGINX_PORT=nginx.port,
        NGINX_COPIES_PORT=int(nginx.portal.env["NGINX_COPIES_PORT"]),
        WEB_SERVERS=[f"127.0.0.1:{stub.port}"],
        SITE_URL=nginx.url,
        IS_HTTPS=tls,
        NGINX_TLS_PORT=nginx.tls_port,
        TLS_CERTIFICATE=nginx.portal.env.get("TLS_CERTIFICATE", ""),
        TLS_KEY=nginx.portal.env.get("TLS_KEY", ""),
        **OPERATOR,
    ):
        yield nginx
    nginx.stop()
