"""Papers of patients on their way through nginx: nothing of one lies on its disk, and a part that is too long is refused."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from portal.core.encryption.parts import PART
from tests.nginx.stub import Answer, Stub
from tests.services import Nginx
from tests.services.process import wait_until

CASE = "/en/case/MR-QUET-ZALC/"
KEY = "0b0e3a52-9d3c-4a3a-9c39-2f4f6f6c1b9e"


def on_disk(nginx: Nginx) -> int:
    """Return how many bytes nginx has put into temporary files; it takes their names away as soon as it opens them."""
    found = 0
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):  # somebody's process or file has ended meanwhile
            if str(link.readlink()).startswith(f"{nginx.folder}/nginx-"):
                found += link.stat().st_size
    return found


def while_answered(nginx: Nginx, stub: Stub, path: str, ask: Callable[[httpx.Client], object]) -> int:
    """Return what lies on the disk of nginx while the portal thinks about a request."""
    go_on = threading.Event()
    stub.answers[path] = Answer(may_go_on=go_on)
    with nginx.client() as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, client)
        try:
            wait_until(lambda: stub.count(path) == 1, seconds=20, what=f"the portal is asked for {path}")
            return on_disk(nginx)
        finally:
            go_on.set()
            asked.result()


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [
        ("PUT", f"{CASE}documents/uploads/{KEY}/", PART),
        ("POST", f"{CASE}documents/", 40_000_000),
        ("POST", f"/admin/requests/case/{KEY}/documents/new/", 40_000_000),
    ],
)
def test_a_paper_that_comes_lies_on_no_disk(stub: Stub, stub_nginx: Nginx, method: str, path: str, size: int) -> None:
    stub_nginx.start()
    assert while_answered(stub_nginx, stub, path, lambda client: client.request(method, path, content=b"p" * size)) == 0


def test_the_disk_is_looked_at_in_the_right_place(stub: Stub, stub_nginx: Nginx) -> None:
    stub_nginx.start()
    path = f"{CASE}people/"
    assert while_answered(stub_nginx, stub, path, lambda client: client.post(path, content=b"p" * PART)) == PART


def test_a_part_that_is_too_long_is_refused_before_it_is_sent(stub: Stub, stub_nginx: Nginx) -> None:
    stub_nginx.start()
    with stub_nginx.client() as client:
        answer = client.put(f"{CASE}documents/uploads/{KEY}/", content=b"p" * 6_000_000)
    assert answer.status_code == 413
    assert not stub.asked
