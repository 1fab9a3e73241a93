"""Contents of the database that tests start from, kept in schemas beside the tables: the loaded content, and made-up ones.

Django empties all tables after a test with real commits; loading the content again would take seconds
each time. A test in a transaction takes a made-up catalogue in a tenth of the time of loading it.
"""

from functools import cache

from django.db import connection
from django.db.backends.utils import CursorWrapper

LOADED = "loaded"


def keep(schema: str = LOADED) -> None:
    """Copy every table that has rows into a schema of its own."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        for table in _tables("public"):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {schema}."{table}" AS TABLE public."{table}"')


def restore() -> None:
    """Empty every table and put the loaded content back; sequences go on where they were."""
    everything = ", ".join(f'public."{table}"' for table in _tables("public"))
    with connection.cursor() as cursor:
        _without_checks(cursor, f"TRUNCATE {everything}; {_inserts(_kept(LOADED), LOADED)}")


def take(schema: str) -> None:
    """Put what was kept in a schema in the place of the loaded content, for the transaction of one test."""
    deletes = "".join(f'DELETE FROM public."{table}"; ' for table in _differing(schema))
    kept = [table for table in _differing(schema) if table in _kept(schema)]
    with connection.cursor() as cursor:
        _without_checks(cursor, deletes + _inserts(kept, schema))


@cache
def _differing(schema: str) -> list[str]:
    """Return the tables whose rows in a schema are not those of the loaded content."""
    loaded, kept = set(_kept(LOADED)), set(_kept(schema))
    found = loaded ^ kept
    with connection.cursor() as cursor:
        for table in loaded & kept:
            one, other = f'{LOADED}."{table}"', f'{schema}."{table}"'
            cursor.execute(
                f"SELECT EXISTS ((TABLE {one} EXCEPT TABLE {other}) UNION ALL (TABLE {other} EXCEPT TABLE {one}))"
            )
            if cursor.fetchone()[0]:
                found.add(table)
    return sorted(found)


@cache
def _kept(schema: str) -> list[str]:
    return _tables(schema)


def _tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'django_migrations' ORDER BY 1",
            [schema],
        )
        return [name for (name,) in cursor.fetchall()]


def _inserts(tables: list[str], schema: str) -> str:
    return "".join(f'INSERT INTO public."{table}" SELECT * FROM {schema}."{table}"; ' for table in tables)


def _without_checks(cursor: CursorWrapper, statements: str) -> None:
    """Run statements without triggers and foreign keys row by row: the copy was whole."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(statements)
    cursor.execute("SET session_replication_role = DEFAULT")
