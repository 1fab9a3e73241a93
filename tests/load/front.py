"""Public pages out of nginx's memory beside the same bytes as a static file of the same nginx, and 304 beside 200.

Needs `wrk` and no database: a stub stands in for the portal, which a page from memory asks once in five seconds.
Alone: `.venv/bin/python -m tests.load.front`.
"""

import gzip
import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings

from tests.nginx.stub import Answer, Stub, in_front_of
from tests.services import free_port

PATH = "/en/about/"
SERVER = """
    server {{
        listen 127.0.0.1:{port};
        root {folder};
        gzip_static always;
        default_type text/html;
    }}
}}
"""


def measure(*, rounds: int = 7, seconds: int = 2) -> dict[str, float]:
    """Return requests a second of a page, of the static file and of a 304, and both ratios; medians of turns."""
    # As many words as a long page has.
    html = (settings.BASE_DIR / "conditions" / "content" / "liver-metastases.en.md").read_text(encoding="utf-8")
    stub, static_port = Stub(), free_port()
    stub.answers[PATH] = Answer(html, headers={"ETag": 'W/"page"'})
    with tempfile.TemporaryDirectory(prefix="front") as name, in_front_of(stub, Path(name) / "nginx") as nginx:
        root = Path(name) / "static"
        (root / "en").mkdir(parents=True)
        (root / "en" / "about.gz").write_bytes(gzip.compress(html.encode(), mtime=0))
        write, configuration = nginx.write, nginx.folder / "nginx.conf"

        def write_both(*_: str) -> None:
            write()
            text = configuration.read_text().replace("worker_processes auto;", "worker_processes 1;").rstrip()
            configuration.write_text(text.removesuffix("}") + SERVER.format(port=static_port, folder=root))

        nginx.write = write_both  # type: ignore[method-assign]  # with the server that it is compared with
        nginx.start()
        page, static = f"http://localhost:{nginx.port}{PATH}", f"http://127.0.0.1:{static_port}/en/about"
        targets = {"page": (page, ""), "static": (static, ""), "not modified": (page, 'W/"page"')}
        found: dict[str, list[float]] = {target: [] for target in targets}
        for _ in range(rounds):
            for target, (url, etag) in targets.items():
                found[target].append(_requests_a_second(url, etag, seconds))
    stub.stop()
    medians = {name: statistics.median(values) for name, values in found.items()}
    return medians | {
        "page / static": medians["page"] / medians["static"],
        "not modified / page": medians["not modified"] / medians["page"],
    }


def _requests_a_second(url: str, etag: str, seconds: int) -> float:
    headers = ["-H", "Accept-Encoding: gzip", *(["-H", f"If-None-Match: {etag}"] if etag else [])]
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", *headers, url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # It counts what is neither 2xx nor 3xx, and connections that broke.
    assert "Non-2xx" not in printed, printed
    assert "Socket errors" not in printed, printed
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", printed)[0])


if __name__ == "__main__":
    import django

    from tests import environment

    # No database is asked.
    os.environ |= environment.variables("postgres://nobody@127.0.0.1:9/x", "redis://127.0.0.1:9/0")
    django.setup()
    for name, value in measure().items():
        print(f"{name:<20} {value:>10,.2f}")
