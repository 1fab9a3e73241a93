"""Connections that wait a few seconds for a PostgreSQL that is away: a restart shows as a pause, not as an error."""

import time
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base

WAIT_SECONDS = 5
PAUSE_SECONDS = 0.1
# Who has not asked for so long cannot know whether the server was there meanwhile.
FORGET_SECONDS = 60


class Outage:
    """When this process first found the server away, and when it last did.

    All connections of a process share it, so that only the start of an outage is waited for: later on
    everybody is told at once.
    """

    began: float | None = None
    seen: float = 0

    def lasts(self) -> float:
        """Count a failure, and return for how many seconds the server has been away."""
        now = time.monotonic()
        if self.began is None or now - self.seen > FORGET_SECONDS:
            self.began = now
        self.seen = now
        return now - self.began

    def is_over(self) -> None:
        """The server answered."""
        self.began = None


outage = Outage()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; raise what Django raises once the server has been away for WAIT_SECONDS."""
        while True:
            try:
                connection = super().get_new_connection(conn_params)
            except (OperationalError, self.Database.OperationalError):
                if outage.lasts() >= WAIT_SECONDS:
                    raise
                time.sleep(PAUSE_SECONDS)
            else:
                outage.is_over()
                return connection
