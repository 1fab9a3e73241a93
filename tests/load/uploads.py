"""Studies through real processes: how fast they come beside a bare view, and what memory they take until they leave.

Started by ``make bench`` with the megabytes of a study and a number of rounds.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from uuid import uuid4

import django

from tests.services import Portal, RedisServer, free_port
from tests.services.portal import WEB
from tests.services.process import Process, accepts, wait_until

PATIENCE = 600
# So often is each thing done before, that each of the two web processes has done it.
WARM_UP = 6
# So long a reader of a paper rests, while the portal could send all of it.
REST_SECONDS = 3


def memory(portal: Portal, small: Path, study: Path) -> dict[str, dict[str, int]]:
    """Send a study in every way, have it checked and read it; return by how many bytes each process grew at each step.

    Of several web processes it is the one that grew most. What looks into a study is a process of its own (``child``),
    whose whole size is told.
    """
    from tests.factories import submit
    from tests.memory import Memory, peak_of
    from tests.papers import PaperSender, sha256

    portal.start("web", "long", "relay")
    sender = PaperSender(portal.port, submit(), seconds=PATIENCE)
    for _ in range(WARM_UP):
        for key in (sender.send_in_parts(small), sender.send_by_form(small)):
            _check(key, small, portal)
            sender.download(key).sha256()
    web, long = Memory(portal["web"].pid), Memory(portal["long"].pid)
    grown: dict[str, dict[str, int]] = {"web": {}, "long": {}, "child": {}}

    def note(step: str, name: str, process: Memory) -> None:
        grown[name][step] = process.growth()
        process.reset()

    for way, send in (("parts", sender.send_in_parts), ("form", sender.send_by_form)):
        with peak_of("child.main") as child:
            key = send(study)
            note(way, "web", web)
            _check(key, study, portal)
        note(f"sent by {way}", "long", long)
        grown["child"][f"sent by {way}"] = child.bytes
    assert sender.download(key).sha256() == sha256(study)
    note("download", "web", web)
    download = sender.download(key)
    time.sleep(REST_SECONDS)
    assert download.sha256() == sha256(study)
    note("slow download", "web", web)
    return grown


def _check(key: str, path: Path, portal: Portal) -> None:
    """Wait until a paper is checked, and was found to be what was sent."""
    from requests.models import Document
    from tests.papers import sha256

    checked = Document.objects.filter(pk=key).exclude(checked_at=None)
    wait_until(checked.exists, seconds=PATIENCE, what=f"it is checked\n{portal.output()}")
    row = checked.get()
    assert (row.kind, row.sha256, bool(row.preview)) == ("dicom", sha256(path), True)


def seconds(portal: Portal, study: Path, rounds: int, folder: Path) -> dict[str, list[float]]:
    """Send a study in turns to the portal and to a bare view, and return the seconds of each."""
    from requests.models import Document
    from requests.services import documents
    from tests.factories import submit
    from tests.papers import PaperSender

    port, stored = free_port(), folder / "bare"
    stored.mkdir()
    words = WEB.format(port).replace("portal.wsgi", "tests.load.bare.wsgi").split()
    bare = Process(
        [sys.executable, "-m", *words], log=folder / "bare.log", env={**os.environ, "BARE_FILES": str(stored)}
    )
    bare.start()
    portal.start("web")
    wait_until(lambda: accepts(port), seconds=60, what=f"the bare view answers\n{bare.output()}")
    sender = PaperSender(portal.port, submit(), seconds=PATIENCE)
    ways: dict[str, Callable[[], object]] = {
        "ours parts": lambda: sender.send_in_parts(study),
        "bare parts": lambda: _send_in_parts(port, study),
        "ours form": lambda: sender.send_by_form(study),
        "bare form": lambda: _send_by_form(port, study),
    }
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, send in ways.items():
            started = time.perf_counter()
            send()
            found[way].append(time.perf_counter() - started)
        for row in Document.objects.all():
            documents.discard(row)
        for file in stored.iterdir():
            file.unlink()
    portal.stop()
    bare.stop()
    return found


def _send_in_parts(port: int, path: Path) -> None:
    from portal.core.encryption.parts import PART

    key, cookie = uuid4(), "sessionid=anybodys-session"
    with path.open("rb") as file:
        for number in count():
            if not (part := file.read(PART)):
                break
            _ask(port, "PUT", f"/uploads/{key}/{number}/", part, {"Cookie": cookie})


def _send_by_form(port: int, path: Path) -> None:
    from tests.papers import FORM_TYPE, Form

    form = Form(path, "")
    _ask(port, "POST", "/send-file/", form, {"Content-Type": FORM_TYPE, "Content-Length": str(len(form))})


def _ask(port: int, method: str, path: str, body: object, headers: dict[str, str]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE, blocksize=1 << 20)
    connection.request(method, path, body, headers)  # type: ignore[arg-type]  # bytes, or a form
    response = connection.getresponse()
    answer = response.read()
    assert response.status == 200, answer[:2000]
    connection.close()


def main(megabytes: int, rounds: int) -> None:
    """Measure and print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from tests.memory import MEGABYTE
    from tests.papers import write_study

    setup_test_environment()
    redis = RedisServer()
    with tempfile.TemporaryDirectory(prefix="uploads") as name:
        folder = Path(name)
        (folder / "var").mkdir()
        (folder / "var" / "static").symlink_to(settings.STATIC_ROOT)
        redis.start()
        no_end = {"DOCUMENT_MEGABYTES_A_DAY": "1000000", "DOCUMENT_MEGABYTES_OF_CASE": "1000000"}
        portal = Portal(folder / "var", {**os.environ, "BROKER_URL": redis.url, **no_end})
        settings.PRIVATE_FILES_DIR = folder / "var" / "files"
        try:
            small, study = folder / "small.dcm", folder / "study.dcm"
            write_study(small, MEGABYTE // 10)
            write_study(study, megabytes * MEGABYTE)
            taken = seconds(portal, study, rounds, folder)
            print(json.dumps({"seconds": taken, "memory": memory(portal, small, study)}))
        finally:
            portal.kill()
            redis.remove()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
