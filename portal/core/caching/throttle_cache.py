"""Cache of sign-in attempts and used codes, in the database."""

from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class ThrottleCache(DatabaseCache):
    """Django's database cache, but a full table forgets what has expired and nothing else.

    Django's own throws away a third of all live rows then, so that strangers who fill it would win
    themselves new attempts.
    """

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        operations = connections[db].ops
        table = operations.quote_name(self._table)  # type: ignore[attr-defined]  # the stubs leave it out
        expires = operations.quote_name("expires")
        cursor.execute(f"DELETE FROM {table} WHERE {expires} < %s", [operations.adapt_datetimefield_value(now)])  # noqa: S608 – names of our own
