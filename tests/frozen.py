"""The loaded content, kept beside the tables, so that tests with real commits can get it back.

Django empties all tables after such a test; loading the content again would take a second each time.
"""

from django.db import connection

SCHEMA = "frozen"


def keep() -> None:
    """Copy every table that has rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in _tables("public"):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {SCHEMA}."{table}" AS TABLE public."{table}"')


def restore() -> None:
    """Empty every table and put the kept rows back; sequences go on where they were."""
    everything = ", ".join(f'public."{table}"' for table in _tables("public"))
    inserts = "".join(_insert(table) for table in _tables(SCHEMA))
    with connection.cursor() as cursor:
        # Foreign keys are not checked row by row: the copy was whole.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {everything}; {inserts}")
        cursor.execute("SET session_replication_role = DEFAULT")


def _tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'django_migrations' ORDER BY 1",
            [schema],
        )
        return [name for (name,) in cursor.fetchall()]


def _insert(table: str) -> str:
    return f'INSERT INTO public."{table}" SELECT * FROM {SCHEMA}."{table}"; '
