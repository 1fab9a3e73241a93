"""Connections that wait a few seconds for a PostgreSQL that is away: a restart shows as a pause, not as an error."""

import time
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base

WAIT_SECONDS = 5
PAUSE_SECONDS = 0.1

# When this process first found the server away, None while it is there. All connections of a process share it, so
# that only the start of an outage is waited for: later on everybody is told at once.
_away_since: float | None = None


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; raise what Django raises once the server has been away for WAIT_SECONDS."""
        global _away_since  # noqa: PLW0603 – one fact of the whole process
        while True:
            try:
                connection = super().get_new_connection(conn_params)
            except (OperationalError, self.Database.OperationalError):
                now = time.monotonic()
                _away_since = _away_since or now
                if now - _away_since >= WAIT_SECONDS:
                    raise
                time.sleep(PAUSE_SECONDS)
            else:
                _away_since = None
                return connection
