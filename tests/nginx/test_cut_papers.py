"""Papers that do not come as they were announced, through nginx and without it: none of them counts, and nothing of it stays."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from portal.core.encryption.parts import PART
from requests.models import Document
from tests.core.inspection_files import pdf
from tests.factories import submit
from tests.nginx.conftest import OPERATOR
from tests.papers import FORM_TYPE, PaperSender, write_study
from tests.services import Nginx, Portal
from tests.services.process import wait_until

CHUNKED = "chunked"
PATIENCE = 60


@pytest.fixture(params=["nginx", "no nginx"])
def sender(request: pytest.FixtureRequest, portal: Portal, tmp_path: Path) -> Iterator[PaperSender]:
    """A browser in front of the proxy, or of the web process itself."""
    if request.param == "no nginx":
        portal.start("web")
        yield PaperSender(portal.port, submit(), seconds=PATIENCE)
        return
    portal.env |= OPERATOR
    server = Nginx(portal, tmp_path / "nginx")
    server.has_limits = False
    portal.start("web")
    server.start()
    yield PaperSender(server.port, submit(), host="localhost", seconds=PATIENCE)
    server.stop()


def status_of(sender: PaperSender, method: str, path: str, sent: bytes, **headers: str) -> int:
    """Send a request byte by byte and return the status of its answer; 0 for an end without one."""
    with sender.raw(method, path, sent, **headers) as connection:
        connection.settimeout(PATIENCE)
        answer = b""
        with suppress(ConnectionError):
            while b"\r\n" not in answer and (piece := connection.recv(4096)):
                answer += piece
    return int(answer.split()[1]) if answer else 0


def chunks(data: bytes) -> bytes:
    """Return bytes as ``Transfer-Encoding: chunked`` sends them."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n0\r\n\r\n"


def stored(portal: Portal) -> list[Path]:
    return [path for path in (portal.folder / "files").rglob("*") if path.is_file()]


def test_a_part_counts_with_its_whole_length_alone(sender: PaperSender, portal: Portal, tmp_path: Path) -> None:
    study = tmp_path / "study.dcm"
    write_study(study, PART + 600_000)
    data, is_behind_nginx = study.read_bytes(), sender.port != portal.port
    assert len(data) > PART
    key = sender.begin(len(data))
    address, part = sender.upload(key), data[:PART]
    length = {"upload_offset": "0", "content_length": str(PART)}
    for sent in (b"", part[:1], part[:70_000], part[:-1]):
        sender.break_off("PUT", address, sent, PART, upload_offset="0")
    # Announced as shorter than it is, and as longer than any part.
    assert status_of(sender, "PUT", address, part, upload_offset="0", content_length=str(PART - 5)) == 409
    assert status_of(sender, "PUT", address, data[: PART + 1], upload_offset="0", content_length=str(PART + 1)) == 409
    # Without a length: the proxy finds it out, the portal itself takes it for nothing.
    short = chunks(part[:-1])
    assert status_of(sender, "PUT", address, short, upload_offset="0", transfer_encoding=CHUNKED) == 409
    both = status_of(sender, "PUT", address, chunks(part), transfer_encoding=CHUNKED, **length)
    assert both in (0, 400, 409)
    assert sender.offset(key) == 0
    assert not stored(portal)
    whole = status_of(sender, "PUT", address, chunks(part), upload_offset="0", transfer_encoding=CHUNKED)
    assert (whole, sender.offset(key)) == ((200, PART) if is_behind_nginx else (409, 0))
    sender.send_in_parts(study, key)
    assert Document.objects.here().get().size == len(data)
    assert len(stored(portal)) == 2


def test_a_form_counts_with_its_whole_length_alone(sender: PaperSender, portal: Portal, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(pdf() + bytes(300_000))
    body = b"".join(sender.form(scan))
    for sent in (body[:10], body[:5_000], body[:-40], body[:-3]):
        sender.break_off("POST", sender.form_address(), sent, len(body), content_type=FORM_TYPE)
    short = status_of(
        sender, "POST", sender.form_address(), body, content_type=FORM_TYPE, content_length=str(len(body) - 80)
    )
    chunked = status_of(
        sender, "POST", sender.form_address(), chunks(body), content_type=FORM_TYPE, transfer_encoding=CHUNKED
    )
    assert {short, chunked} <= {302, 400, 403, 422}, (short, chunked)
    wait_until(
        lambda: not Document.objects.filter(received_at=None).exists(), seconds=PATIENCE, what="what was cut is gone"
    )
    assert Document.objects.count() == len(stored(portal)) <= 1
    sender.send_by_form(scan)
    assert {row.size for row in Document.objects.all()} == {scan.stat().st_size}
