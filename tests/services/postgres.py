"""A PostgreSQL cluster of its own in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from tests.services.process import Process, free_port, wait_until


def find_binaries() -> Path:
    """Return the folder of the newest PostgreSQL on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb is None:
        raise RuntimeError("PostgreSQL is not installed: run `make test`, or `bin/packages test`.")
    return Path(initdb).resolve().parent


class Postgres(Process):
    """PostgreSQL on a free port of the loopback interface; the user `portal` needs no password."""

    # SIGINT is "fast": open connections are closed, nothing is lost.
    stop_signal = signal.SIGINT

    def __init__(self, *, begin_with: Path | None = None) -> None:
        self.begin_with = begin_with
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.port = free_port()
        # PostgreSQL refuses to run as root.
        owner = "postgres" if os.getuid() == 0 else None
        if owner:
            account = pwd.getpwnam(owner)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.binaries = find_binaries()
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": "100",
            # What is filled is analysed then; the rest lives for a test.
            "autovacuum": "off",
            "min_wal_size": "32MB",
        }
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data")]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        super().__init__(command, log=self.folder / "log", user=owner)

    def start(self) -> None:
        """Start the server and wait until it answers; make the cluster the first time, or copy it."""
        if self.begin_with and not (self.folder / "data").exists():
            copy(self.begin_with, self.folder / "data")
        elif not (self.folder / "data").exists():
            initdb = [str(self.binaries / "initdb"), "-D", str(self.folder / "data"), "-A", "trust", "-U", "portal"]
            initdb += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
            subprocess.run(initdb, check=True, capture_output=True, user=self.user, group=self.user, cwd=self.folder)
        super().start()
        wait_until(self.answers, seconds=30, what=f"PostgreSQL answers\n{self.output()}")

    def answers(self) -> bool:
        """Say whether the server takes queries."""
        try:
            psycopg2.connect(self.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def url(self, database: str = "portal") -> str:
        """Return the DATABASE_URL of a database of this server."""
        return f"postgres://portal@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Create a database, a copy of ``template`` (nobody may be connected to it); return its URL."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def execute(self, sql: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement outside a transaction and return its rows."""
        connection = psycopg2.connect(self.url(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def remove(self) -> None:
        """End the server and delete its folder."""
        self.stop_signal = signal.SIGQUIT  # without writing to the disk what is deleted next
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def copy(cluster: Path, target: Path) -> None:
    """Copy a stopped cluster whole, with its owner; what was cut short has another name."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run(["cp", "-a", cluster, part], check=True)
    part.rename(target)
