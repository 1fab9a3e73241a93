"""Contents of the database that tests start from, kept in schemas beside the tables: the loaded content, and made-up ones.

Django empties all tables after a test with real commits; loading the content again would take seconds
each time. A test in a transaction takes a made-up catalogue in a tenth of the time of loading it.
SQLite has no schemas: there the name of one stands before that of the table, with a dot.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, transaction

LOADED = "loaded"


def keep(schema: str = LOADED) -> None:
    """Copy every table that has rows into a schema of its own."""
    if _is_postgresql():
        _run([f"CREATE SCHEMA {schema}"])
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {_copy(table, schema)} AS SELECT * FROM "{table}"')


# What the tables with loaded content were like when it was put there last (``_states``).
_restored: dict[str, tuple[object, ...]] = {}


def restore() -> None:
    """Put the loaded content back into every table that changed; sequences go on where they were, behind its rows."""
    if not _is_postgresql():
        _run([*(f'DELETE FROM "{table}"' for table in _tables()), *_inserts(_kept(LOADED), LOADED)])
        return
    tables, kept = _tables(), set(_kept(LOADED))
    # Whoever still writes for the test before is waited for.
    locks = f"LOCK TABLE {', '.join(f'"{table}"' for table in tables)}"
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"{locks}; SET LOCAL session_replication_role = replica")
        states = _states(cursor, tables)
        # An empty table looks like one that was never written; it is what it should be if nothing of it was kept.
        changed = [
            table for table in tables if (states[table] != _restored.get(table) if states[table] else table in kept)
        ]
        if changed:
            deletes = [f'DELETE FROM "{table}"' for table in changed]
            filled = [table for table in changed if table in kept]
            cursor.execute("; ".join([*deletes, *_inserts(filled, LOADED)]))
            _advance(cursor, filled)
            after = _states(cursor, changed)
    if changed:
        _restored.update({table: state for table, state in after.items() if state})


def _advance(cursor: Any, tables: list[str]) -> None:
    """Put sequences behind the rows of their tables: that of a table that migrations made anew begins at 1."""
    cursor.execute(
        "SELECT table_name, pg_get_serial_sequence(format('public.%%I', table_name), column_name)"
        " FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' AND table_name = ANY(%s)",
        [tables],
    )
    statements = [
        f"SELECT setval('{sequence}', greatest((SELECT last_value FROM {sequence}), (SELECT max(id) FROM \"{table}\")))"
        for table, sequence in cursor.fetchall()
        if sequence
    ]
    if statements:
        cursor.execute("; ".join(statements))


def _states(cursor: Any, tables: list[str]) -> dict[str, tuple[object, ...] | None]:
    """Return what is another after any change of a table's rows: their number, and who wrote the newest; None without rows.

    A column that went and came again, empty now, counts among the table's attributes.
    """
    rows = " UNION ALL ".join(
        f"SELECT '{table}' AS name, count(*) AS number, max(xmin::text::bigint) AS newest FROM \"{table}\""
        for table in tables
    )
    cursor.execute(
        "SELECT relname, oid, relfilenode, relnatts, number, newest FROM pg_class"
        f" JOIN ({rows}) AS rows ON oid = format('public.%I', name)::regclass"
    )
    return {row[0]: row[1:] if row[4] else None for row in cursor.fetchall()}


def take(schema: str) -> None:
    """Put what was kept in a schema in the place of the loaded content, for the transaction of one test."""
    deletes = [f'DELETE FROM "{table}"' for table in _differing(schema)]
    kept = [table for table in _differing(schema) if table in _kept(schema)]
    _run([*deletes, *_inserts(kept, schema)])


@cache
def _differing(schema: str) -> list[str]:
    """Return the tables whose rows in a schema are not those of the loaded content."""
    loaded, kept = set(_kept(LOADED)), set(_kept(schema))
    found = loaded ^ kept
    with connection.cursor() as cursor:
        for table in loaded & kept:
            one, other = (f"SELECT * FROM {_copy(table, place)}" for place in (LOADED, schema))
            only = [
                f"SELECT 1 FROM ({first} EXCEPT {second}) AS differing"
                for first, second in ((one, other), (other, one))
            ]
            cursor.execute(f"SELECT EXISTS ({' UNION ALL '.join(only)})")
            if cursor.fetchone()[0]:
                found.add(table)
    return sorted(found)


@cache
def _kept(schema: str) -> list[str]:
    return _tables(schema)


def _tables(schema: str = "") -> list[str]:
    """Return the tables of a schema; those of the portal when none is named."""
    if _is_postgresql():
        listed = f"SELECT tablename AS name FROM pg_tables WHERE schemaname = '{schema or 'public'}'"
    else:
        listed = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM ({listed}) AS listed WHERE name <> 'django_migrations' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
    if _is_postgresql():
        return names
    return [table for place, _, table in (name.rpartition(".") for name in names) if place == schema]


def _copy(table: str, schema: str) -> str:
    return f'{schema}."{table}"' if _is_postgresql() else f'"{schema}.{table}"'


def _inserts(tables: list[str], schema: str) -> list[str]:
    return [f'INSERT INTO "{table}" SELECT * FROM {_copy(table, schema)}' for table in tables]


def _run(statements: Iterable[str]) -> None:
    """Run statements in one transaction, without triggers and foreign keys row by row: the copy was whole."""
    if _is_postgresql():
        off, on = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
    else:
        # Within the transaction of a test SQLite keeps them on, but looks at its end only.
        off, on = "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"
    with connection.cursor() as cursor, without_triggers():
        cursor.execute(off)
        with transaction.atomic():
            for statement in statements:
                cursor.execute(statement)
        cursor.execute(on)


@contextmanager
def without_triggers() -> Iterator[None]:
    """Switch the triggers of SQLite off, which refuse to delete audit rows; in PostgreSQL those who delete do it."""
    if _is_postgresql():
        yield
        return
    connection.ensure_connection()
    connection.connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
    try:
        yield
    finally:
        connection.connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"
