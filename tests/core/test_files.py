"""Private files: the same contract in a folder and in a bucket, over HTTP against a real S3 server."""

import fcntl
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path

import pytest
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.core import checks, files
from portal.core.storage import bucket as bucket_module
from portal.core.storage import moving, s3_url
from portal.core.storage.bucket import BucketStorage
from portal.core.storage.errors import StoreAway
from tests.bucket import AWAY, keep_files_at
from tests.services import S3Server
from tests.services.process import PROJECT, wait_until
from tests.services.s3server import KEY, SECRET

NOBODY = "0" * 32


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The folder of private files of this test; what can be made again lies in it too."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    settings.KEPT_DIR = tmp_path / "files" / "kept"
    return tmp_path / "files"


def in_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("??/*")}


# ── The contract ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("store", ["folder", "bucket"])
def test_what_is_written_is_read_until_it_is_deleted(store: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(store)
    for data in (b"", b"\0bytes\xff", os.urandom(4 << 20)):
        name = files.write(data)
        assert (len(name), files.exists(name), files.read(name) == data) == (32, True, True)
        files.delete(name)
        assert not files.exists(name)
        with pytest.raises(FileNotFoundError):
            files.read(name)
        files.delete(name)
    files.check()


class TestFolder:
    def test_a_file_is_on_the_disk_and_for_nobody_else(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        synced = []

        def fsync(descriptor: int) -> None:
            synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())

        monkeypatch.setattr(os, "fsync", fsync)
        name = files.write(b"data")
        path = folder / name[:2] / name
        assert path.read_bytes() == b"data"
        assert synced == [path.with_suffix(".part"), path.parent, folder]
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_what_could_not_be_written_whole_is_not_there(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(descriptor: int) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            files.write(b"data")
        assert in_folder(folder) == {}

    def test_no_name_leads_out_of_it(self, folder: Path) -> None:
        (folder / "..").resolve().joinpath("outside").write_bytes(b"private")
        for name in ("../outside", "../../outside", "/etc/passwd"):
            with pytest.raises(Exception, match=r"outside|Detected path traversal"):
                files.read(name)


# ── A bucket that is away, wrong or short ────────────────────────────────────────────────────


def raised(*, name: str = NOBODY) -> list[str]:
    """Return what each thing that can be done with a store says when it cannot be done."""
    sentences = []
    for do in (lambda: files.write(b"x"), lambda: files.read(name), lambda: files.delete(name), files.check):
        with pytest.raises(StoreAway) as error:
            do()
        sentences.append(str(error.value))
    with pytest.raises(StoreAway):
        files.exists(name)
    return sentences


def test_a_wrong_secret_is_refused_and_stands_in_no_log(
    settings: Settings, s3_server: S3Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keep_files_at(settings, s3_server.url("refused", secret="canary of a secret"))
    sentences = raised()
    assert sentences[0] == "The file store refuses: SignatureDoesNotMatch."
    [problem] = checks.files_can_be_stored(None)
    assert (problem.id, problem.msg) == ("portal.E008", sentences[-1])
    keep_files_at(settings, s3_server.url("refused"))
    assert checks.files_can_be_stored(None) == []
    files.write(b"x")
    told = f"{sentences} {problem} {caplog.text}"
    assert [word for word in ("canary", KEY, SECRET, "Authorization") if word in told] == []


def test_a_bucket_that_is_not_there_loses_no_file(settings: Settings, s3_server: S3Server) -> None:
    url = s3_server.url("there").replace("/there", "/nowhere")
    keep_files_at(settings, url)
    for do in (lambda: files.write(b"x"), lambda: files.read(NOBODY), files.check):
        with pytest.raises(StoreAway):
            do()


def test_a_store_that_is_away_is_told_at_once(settings: Settings) -> None:
    keep_files_at(settings, AWAY)
    begun = time.monotonic()
    first, *others, check = raised()
    assert first == check == "The file store is away: EndpointConnectionError."
    assert set(others) == {"The file store was away a moment ago."}
    assert time.monotonic() - begun < 15


def test_a_frozen_store_holds_nobody(bucket: str, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (bucket_module.CONFIG.connect_timeout, bucket_module.CONFIG.read_timeout) == (2, 10)
    monkeypatch.setattr(bucket_module, "CONFIG", bucket_module.CONFIG.merge(Config(read_timeout=0.5)))
    name = files.write(b"data")
    files.check()  # both clients are made, which takes a while

    def seconds_until_refused(times: int = 1) -> float:
        begun = time.monotonic()
        for _time in range(times):
            with pytest.raises(StoreAway):
                files.read(name)
        return time.monotonic() - begun

    s3_server.freeze()
    try:
        assert 0.5 < seconds_until_refused() < 10
        assert seconds_until_refused(100) < 1
        storages["private"]._again_at = time.monotonic()
        monkeypatch.setattr(bucket_module, "PAUSE_SECONDS", 0)
        assert 1.5 < seconds_until_refused() < 8
    finally:
        s3_server.thaw()
    assert files.read(name) == b"data"


@contextmanager
def answering(body: bytes, promised: int) -> Iterator[str]:
    """A store whose connection ends before all that it has promised has come; yields its S3_URL."""

    class Short(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Short) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://key:secret@127.0.0.1:{server.server_port}/bucket"
        server.shutdown()


def test_half_a_file_is_no_file(settings: Settings) -> None:
    with answering(b"whole", promised=5) as url:
        keep_files_at(settings, url)
        assert files.read(NOBODY) == b"whole"
    with answering(b"half", promised=8) as url:
        keep_files_at(settings, url)
        with pytest.raises(StoreAway):
            files.read(NOBODY)


def test_what_was_written_is_there_after_the_server_was_killed(bucket: str, s3_server: S3Server) -> None:
    written: dict[str, bytes] = {}

    def write() -> None:
        with suppress(StoreAway):
            while True:
                data = os.urandom(300_000)
                written[files.write(data)] = data

    files.check()
    for wanted in (10, 20):
        threads = [threading.Thread(target=write) for _number in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda wanted=wanted: len(written) >= wanted, seconds=30, what="files are written")  # type: ignore[misc]
        s3_server.kill()
        for thread in threads:
            thread.join(timeout=60)
        s3_server.start()
        files.check()
    assert len(written) >= 20
    assert [name for name, data in written.items() if files.read(name) != data] == []


# ── From the folder to the bucket ────────────────────────────────────────────────────────────


def filled(folder: Path, count: int = 5) -> dict[str, bytes]:
    """Put files into the folder, as a release or an environment before did, and what is no private file."""
    made = {secrets.token_hex(16): os.urandom(1000 + number) for number in range(count)}
    for name, data in made.items():
        (folder / name[:2]).mkdir(parents=True, exist_ok=True)
        (folder / name[:2] / name).write_bytes(data)
    (folder / "kept").mkdir(exist_ok=True)
    (folder / "kept" / "again.png").write_bytes(b"made again")
    return made


def move(*options: str) -> str:
    printed = StringIO()
    call_command("move_files", *options, stdout=printed)
    return printed.getvalue()


def test_the_folder_is_read_until_its_files_are_moved(folder: Path, bucket: str, s3_server: S3Server) -> None:
    made = filled(folder)
    gone, *others = made
    draft = folder / gone[:2] / f"{gone}.part"
    draft.write_bytes(b"not whole")
    assert {name: files.read(name) for name in made} == made
    files.delete(gone)
    assert (files.exists(gone), all(map(files.exists, others))) == (False, True)
    assert s3_server.files(bucket) == {}
    assert move("--dry-run") == "4 files with 4,010 bytes lie in the folder.\n"
    assert s3_server.files(bucket) == {}
    assert move() == "4 files moved, 0 lie in the folder.\n"
    assert s3_server.files(bucket) == {name: made[name] for name in others}
    assert in_folder(folder) == {draft.name: b"not whole"}
    assert (folder / "kept" / "again.png").exists()
    assert [files.read(name) for name in others] == [made[name] for name in others]
    with pytest.raises(FileNotFoundError):
        files.read(gone)
    assert move() == "0 files moved, 0 lie in the folder.\n"


def test_without_a_bucket_nothing_is_moved(folder: Path) -> None:
    made = filled(folder)
    with pytest.raises(CommandError, match="S3_URL is not set"):
        move()
    assert in_folder(folder) == made


def test_killed_it_goes_on_where_it_was(folder: Path, settings: Settings, s3_server: S3Server) -> None:
    made = filled(folder, 150)
    url = s3_server.url("killed")
    env = {**os.environ, "VAR_DIR": str(folder.parent), "S3_URL": url}
    command = [sys.executable, "manage.py", "move_files", "--skip-checks"]
    with subprocess.Popen(command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(lambda: len(s3_server.files("killed")) >= 5, seconds=60, what="files are moved")
        process.kill()
    keep_files_at(settings, url)
    assert 0 < len(in_folder(folder)) < len(made)
    assert [name for name, data in made.items() if files.read(name) != data] == []
    printed = move()
    assert printed.endswith(" files moved, 0 lie in the folder.\n")
    assert "100 of " in printed
    assert s3_server.files("killed") == made
    assert in_folder(folder) == {}


def test_two_do_not_move_at_once(folder: Path, bucket: str) -> None:
    made = filled(folder)
    with (folder / "kept" / "move_files.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="moved by another process"):
            move()
    assert in_folder(folder) == made


class ChangingStorage(BucketStorage):
    """A store that keeps other bytes than it was given."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        name = super()._save(name, content)
        self._client.put_object(Bucket=self.bucket_name, Key=name, Body=b"changed")
        return name


def test_what_comes_back_changed_stays_in_the_folder(folder: Path, settings: Settings, s3_server: S3Server) -> None:
    made = filled(folder)
    keep_files_at(settings, s3_server.url("changing"), BACKEND=f"{__name__}.ChangingStorage")
    with pytest.raises(CommandError, match=r"came back changed\. What was moved stays moved"):
        move()
    assert in_folder(folder) == made
    assert s3_server.files("changing") == {}


class SlowStorage(BucketStorage):
    """A store that takes long enough for a file to be deleted while it is moved."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        files.delete(name)
        return super()._save(name, content)


def test_what_is_deleted_on_its_way_is_gone(folder: Path, settings: Settings, s3_server: S3Server) -> None:
    filled(folder)
    keep_files_at(settings, s3_server.url("slow"), BACKEND=f"{__name__}.SlowStorage")
    move()
    assert (in_folder(folder), s3_server.files("slow")) == ({}, {})


class OvertakenStorage(BucketStorage):
    """A store into which everything is moved just after it was asked for the first time."""

    is_overtaken = False

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]
        if self.is_overtaken:
            return super()._open(name, mode)
        self.is_overtaken = True
        try:
            return super()._open(name, mode)
        finally:
            list(moving.move())


def test_what_is_moved_between_two_looks_is_found(folder: Path, settings: Settings, s3_server: S3Server) -> None:
    [(name, data)] = filled(folder, 1).items()
    keep_files_at(settings, s3_server.url("overtaken"), BACKEND=f"{__name__}.OvertakenStorage")
    assert files.read(name) == data
    assert in_folder(folder) == {}


# ── S3_URL ───────────────────────────────────────────────────────────────────────────────────


def test_the_address_says_all() -> None:
    assert s3_url.storage("https://ke%40y:a%2Fb+c@s3.example.com:9000/docs/?region=ru-1")["OPTIONS"] == {
        "access_key": "ke@y",
        "secret_key": "a/b+c",
        "endpoint_url": "https://s3.example.com:9000",
        "bucket_name": "docs",
        "region_name": "ru-1",
    }
    assert s3_url.storage("http://k:s@[::1]/docs")["OPTIONS"]["endpoint_url"] == "http://[::1]"
    assert s3_url.storage("") == {"BACKEND": "portal.core.storage.folder.FolderStorage"}


@pytest.mark.parametrize(
    ("url", "missing"),
    [
        ("s3://key:canary@host/docs", "https:// or http://"),
        ("https://host/docs", "a key, a secret"),
        ("https://key@host/docs", "a secret"),
        ("https://key:canary@host", "a bucket"),
        ("https://key:canary@host/", "a bucket"),
        ("https://key:canary@host/docs/more", "a bucket"),
        ("https://key:canary@/docs", "a host"),
        ("https://key:can/ary@host/docs", "a key, a secret, a host, a bucket"),
        ("https://key:canary@host:canary/docs", "a host"),
    ],
)
def test_half_an_address_is_refused_and_not_repeated(url: str, missing: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        s3_url.storage(url)
    assert str(refused.value).startswith(f"S3_URL is without {missing}.")
    assert [word for word in ("canary", "ary@", "host/docs") if word in str(refused.value)] == []


def test_the_portal_does_not_start_with_half_an_address() -> None:
    env = {**os.environ, "S3_URL": "https://key:canary@host"}
    command = [sys.executable, "manage.py", "check", "--deploy"]
    done = subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "S3_URL is without a bucket." in done.stderr
    assert "canary" not in done.stdout + done.stderr
