"""A patient's browser that sends papers to a web process over HTTP, or breaks off in the middle; and a study to send."""

import hashlib
import json
import re
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from random import Random

from portal.core.encryption.parts import PART
from portal.core.http.forms import new_token
from requests.models import Case, Document
from tests.cast import patient_of
from tests.core.inspection_files import data_set, saved

PIECE = 1 << 20
BOUNDARY = "limit-of-the-papers"
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
# So that the kernel says at once, as it does for a phone out of reach, that nobody is there any more.
_NO_LINGER = struct.pack("ii", 1, 0)

# What came back: the status and the body.
type Answer = tuple[int, bytes]


class PaperSender:
    """A browser that has opened the link of a case and its page of papers."""

    # Of a file in parts, while the portal says that it cannot.
    tries = 60

    def __init__(self, port: int, case: Case, *, host: str = "127.0.0.1", seconds: float = 60) -> None:
        self.host, self.port, self.seconds = host, port, seconds
        self.page = f"/en/case/{case.reference}/documents/"
        cookies = patient_of(case).cookies
        self.cookies = {"sessionid": cookies["sessionid"].value}
        connection = self._connection()
        connection.request("GET", self.page, headers=self._headers())
        response = connection.getresponse()
        text = response.read().decode()
        assert response.status == 200, text[:2000]
        found = re.search(r"csrftoken=(\w+)", str(response.headers["Set-Cookie"]))
        token = _TOKEN.search(text)
        assert found
        assert token
        connection.close()
        self.cookies["csrftoken"], self.token = found[1], token[1]

    def ask(self, method: str, path: str, body: bytes | Iterable[bytes] = b"", **headers: str) -> Answer:
        """Send one request on a connection of its own and read the whole answer; ``content_type`` is Content-Type."""
        connection = self._connection()
        try:
            connection.request(method, path, body, self._headers(**headers))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def begin(self, size: int, name: str = "study.dcm") -> str:
        """Make room for a paper that comes in parts and return its id."""
        asked = json.dumps({"name": name, "size": size, "need": ""}).encode()
        status, body = self.ask("POST", f"{self.page}uploads/", asked, content_type="application/json")
        assert status == 201, body[:2000]
        return str(json.loads(body)["id"])

    def put(self, key: str, offset: int, part: bytes) -> Answer:
        """Send one part."""
        return self.ask("PUT", self.upload(key), part, upload_offset=str(offset))

    def offset(self, key: str) -> int:
        """Return how much of a paper is there."""
        status, body = self.ask("GET", self.upload(key))
        assert status == 200, body[:2000]
        return int(json.loads(body)["offset"])

    def send_in_parts(self, path: Path, key: str = "", *, name: str = "study.dcm") -> str:
        """Send a file in parts, or what is missing of it, as static/js/documents.js does, and return its id."""
        size = path.stat().st_size
        key = key or self.begin(size, name)
        offset, is_done, tries = self.offset(key), False, self.tries
        with path.open("rb") as file:
            while not is_done:
                file.seek(offset)
                status, body = self.put(key, offset, file.read(PART))
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR and (tries := tries - 1):
                    time.sleep(1)
                    continue
                assert status in (200, 409), (status, body[:2000])
                told = json.loads(body)
                offset, is_done = told["offset"], told.get("done", False)
        return key

    def send_by_form(self, path: Path) -> str:
        """Send a file by the plain form, and return the id of the paper that it became."""
        known = set(Document.objects.values_list("pk", flat=True))
        body = self.form(path)
        status, answer = self.ask(
            "POST", self.form_address(), body, content_type=FORM_TYPE, content_length=str(len(body))
        )
        assert status == 302, (status, answer[:2000])
        return str(Document.objects.here().exclude(pk__in=known).get().pk)

    def form(self, path: Path) -> "Form":
        """Return the body of the plain form with one file."""
        return Form(path, self.token)

    def form_address(self) -> str:
        """Return the address that the plain form posts to."""
        return f"{self.page}?form={new_token()}"

    def upload(self, key: str) -> str:
        """Return the address of a paper that comes in parts."""
        return f"{self.page}uploads/{key}/"

    def download(self, key: str) -> "Download":
        """Ask for a paper."""
        connection = self._connection()
        connection.request("GET", f"{self.page}{key}/", headers=self._headers())
        return Download(connection)

    def break_off(self, method: str, path: str, sent: bytes, length: int, **headers: str) -> None:
        """Promise ``length`` bytes, send fewer, and be gone."""
        self.raw(method, path, sent, content_length=str(length), **headers).close()

    def raw(self, method: str, path: str, sent: bytes, **headers: str) -> socket.socket:
        """Send a request as it stands, byte by byte, on a connection that the caller closes."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self._headers(**headers).items()]
        connection = socket.create_connection((self.host, self.port), timeout=self.seconds)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        with suppress(ConnectionError):  # whoever refuses may say so, and be gone, before all is sent
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + sent)
        return connection

    def _connection(self) -> HTTPConnection:
        return HTTPConnection(self.host, self.port, timeout=self.seconds, blocksize=PIECE)

    def _headers(self, **headers: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "X-CSRFToken": getattr(self, "token", ""), **named}


class Form:
    """The body of a form with one file, to be sent piece by piece."""

    def __init__(self, path: Path, token: str) -> None:
        self.path = path
        self.head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{path.name}"\r\n\r\n'
        ).encode()
        self.end = f"\r\n--{BOUNDARY}--\r\n".encode()

    def __len__(self) -> int:
        return len(self.head) + self.path.stat().st_size + len(self.end)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        yield from pieces(self.path)
        yield self.end


class Download:
    """A paper that is being read."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection
        self.response = connection.getresponse()
        assert self.response.status == 200, self.response.status

    def sha256(self) -> str:
        """Read the rest, and return the SHA-256 of what was not read before."""
        digest = hashlib.sha256()
        while piece := self.response.read(PIECE):
            digest.update(piece)
        self.connection.close()
        return digest.hexdigest()


def write_study(path: Path, size: int) -> None:
    """Write a DICOM file of about so many bytes, whose frames are noise that no part of it repeats."""
    frame = 512 * 512 * 2
    frames = max(1, size // frame)
    made = data_set(pixels=bytes(frame), Rows=512, Columns=512, NumberOfFrames=frames)
    head = saved(made)[: -frame - 4]  # without the pixels and their length
    chance = Random(size)
    with path.open("wb") as file:
        file.write(head + struct.pack("<I", frames * frame))
        for _ in range(frames):
            file.write(chance.randbytes(frame))


def pieces(path: Path) -> Iterator[bytes]:
    """Return the bytes of a file, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(piece)
    return digest.hexdigest()
