"""Dump and restore of the database: PostgreSQL by its own tools, SQLite page by page."""

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# As another role, on another server: nothing of who owned what, or said what about it.
FOR_ANY_ROLE = ["--no-owner", "--no-privileges"]


class DatabaseProblem(Exception):
    """The tools of the database are missing or failed."""


type Rows = dict[str, int]


def dump() -> AbstractContextManager[tuple[BinaryIO, Rows]]:
    """Give a dump to read and the rows of each table in it; raises ``DatabaseProblem`` at the end."""
    return _dump_postgresql() if connection.vendor == "postgresql" else _dump_sqlite()


def restore(path: Path) -> None:
    """Fill the empty database from a dump; all of it or nothing. Raises ``DatabaseProblem``."""
    if connection.vendor == "postgresql":
        options = [*FOR_ANY_ROLE, "--no-comments", "--exit-on-error", "--single-transaction"]
        arguments, environment = _command("pg_restore", options)
        with _tool([*arguments, str(path)], environment) as process:
            process.stdout.read()  # type: ignore[union-attr]  # it is a pipe
        connection.close()
        return
    name = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    # The journal of the empty database does not belong to the file that takes its place.
    for suffix in ("-wal", "-shm"):
        name.with_name(name.name + suffix).unlink(missing_ok=True)
    name.parent.mkdir(parents=True, exist_ok=True)
    path.rename(name)


def count_rows() -> Rows:
    """Return how many rows each table has."""
    with connection.cursor() as cursor:
        rows = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 – a table of ours
            rows[table] = cursor.fetchone()[0]
        return rows


def applied() -> list[list[str]]:
    """Return the migrations that the database has, as pairs of app and name."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def unknown(migrations: list[list[str]]) -> list[str]:
    """Return those of the migrations, of apps that are here, that this release does not know."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    ours = {app for app, _name in known}
    return [f"{app}.{name}" for app, name in migrations if app in ours and (app, name) not in known]


@contextmanager
def _dump_postgresql() -> Iterator[tuple[BinaryIO, Rows]]:
    """The rows are counted in the very snapshot that pg_dump reads."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        rows = count_rows()
        arguments, environment = _command("pg_dump", ["--format=custom", *FOR_ANY_ROLE, f"--snapshot={snapshot}"])
        with _tool(arguments, environment) as process:
            yield process.stdout, rows  # type: ignore[misc]  # it is a pipe


@contextmanager
def _dump_sqlite() -> Iterator[tuple[BinaryIO, Rows]]:
    name = Path(str(connection.settings_dict["NAME"]))
    with tempfile.TemporaryDirectory(dir=name.parent, prefix="backup-") as folder:
        copy = Path(folder) / name.name
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            connection.connection.backup(target)
            tables = [row[0] for row in target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            ours = sorted(table for table in tables if not table.startswith("sqlite_"))
            rows = {table: target.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in ours}  # noqa: S608
        with copy.open("rb") as file:
            yield file, rows


def _command(tool: str, options: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the command of a tool for our database, and the environment with its password."""
    arguments, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, options)
    *middle, name = arguments[1:]
    return [tool, *middle, "--dbname", name], {**os.environ, **(secrets or {})}


@contextmanager
def _tool(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a tool of PostgreSQL; what it says on its error output is the sentence of the problem."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=said)  # noqa: S603
        except FileNotFoundError:
            raise DatabaseProblem(f"{command[0]} is not installed: it comes with PostgreSQL's client.") from None
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise DatabaseProblem(f"{command[0]} failed: {said.read().decode(errors='replace').strip()[-2000:]}")
