"""What the tables of the database hold, as text."""

from django.db import connection


def rows_of(table: str) -> list[str]:
    """Return every row of a table in one order for the same rows; bytes in hexadecimal digits."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return sorted(" ".join(map(_text, row)) for row in cursor.fetchall())


def _text(value: object) -> str:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)
