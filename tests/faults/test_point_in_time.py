"""Point-in-time recovery with the very settings and commands of docs/operations.md."""

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import psycopg2
import pytest

from tests.services import Postgres
from tests.services.process import PROJECT, wait_until

pytestmark = pytest.mark.faults

DOCS = (PROJECT / "docs" / "operations.md").read_text().partition("### Back to a moment")[2].partition("\n## ")[0]


def documented(*names: str) -> str:
    """Return the lines of the documentation that set these."""
    return "".join(f"{line}\n" for name in names for line in re.findall(rf"^    ({name} = .*)$", DOCS, re.MULTILINE))


@pytest.fixture
def archive(postgres_server: Postgres) -> Path:
    """The folder of the log; the server starts anew with the documented settings."""
    folder = postgres_server.folder / "archive"
    folder.mkdir()
    postgres_server.stop()
    names = ("wal_level", "archive_mode", "archive_command", "archive_timeout", "max_wal_senders")
    configure(postgres_server, documented(*names), folder)
    postgres_server.start()
    return folder


def configure(server: Postgres, lines: str, archive: Path) -> None:
    with (server.folder / "data" / "postgresql.conf").open("a") as file:
        file.write(lines.replace("/archive", str(archive)))
    give_to_server(server)


def give_to_server(server: Postgres) -> None:
    if server.user:
        for path in [server.folder, *server.folder.rglob("*")]:
            shutil.chown(path, server.user, server.user)


def rows(server: Postgres) -> list[tuple[object, ...]]:
    return server.execute("SELECT word FROM told ORDER BY word", database="portal")


def test_deleted_rows_are_there_again_as_of_the_moment_before(postgres_server: Postgres, archive: Path) -> None:
    server = postgres_server
    server.create_database("portal")
    server.execute("CREATE TABLE told AS SELECT 'before the base copy' AS word", database="portal")
    base = server.folder / "base"
    found = re.search(r"pg_basebackup --pgdata=\S+ (.*)", DOCS)
    assert found
    command = [str(server.binaries / "pg_basebackup"), "--dbname", server.url("postgres"), "--pgdata", str(base)]
    subprocess.run([*command, *found[1].split()], check=True, capture_output=True)
    server.execute("INSERT INTO told VALUES ('after the base copy')", database="portal")
    moment = server.execute("SELECT clock_timestamp()::text")[0][0]
    server.execute("DELETE FROM told", database="portal")
    segment = server.execute("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    wait_until((archive / str(segment)).exists, seconds=60, what="the log is in the archive")
    server.stop()

    data = server.folder / "data"
    shutil.rmtree(data)
    for name, folder in (("base.tar.gz", data), ("pg_wal.tar.gz", data / "pg_wal")):
        with tarfile.open(base / name) as tar:
            tar.extractall(folder, filter="data")
    data.chmod(0o700)
    lines = documented("restore_command", "recovery_target_action", "recovery_target_time")
    lines = re.sub(r"(?<=recovery_target_time = ')[^']*", str(moment), lines)
    (data / "recovery.signal").touch()
    configure(server, lines, archive)
    server.start()
    wait_until(lambda: is_paused(server), seconds=60, what="the server is at the moment")
    assert rows(server) == [("after the base copy",), ("before the base copy",)]
    server.execute("SELECT pg_wal_replay_resume()")
    wait_until(lambda: server.execute("SELECT pg_is_in_recovery()") == [(False,)], seconds=60, what="it goes on")
    server.execute("INSERT INTO told VALUES ('recovered')", database="portal")
    assert ("recovered",) in rows(server)


def is_paused(server: Postgres) -> bool:
    try:
        return server.execute("SELECT pg_get_wal_replay_pause_state()") == [("paused",)]
    except psycopg2.OperationalError:
        return False
