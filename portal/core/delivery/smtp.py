"""The SMTP mailer: Django's own, with connections that are kept open between mails."""

import smtplib
import threading
import time
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

# Mail servers end a silent connection after some minutes; one that is older is not worth a question.
IDLE_SECONDS = 30
# After so much silence a connection is asked before a mail is in it; in a backlog that would cost a fifth of the time.
ASK_SECONDS = 2


class KeptConnections(threading.local):
    """The open connections of one thread, by mail server, each with the moment of its last mail."""

    def __init__(self) -> None:
        self.by_server: dict[tuple[Any, ...], tuple[smtplib.SMTP, float]] = {}


_kept = KeptConnections()


class SmtpBackend(EmailBackend):
    """Sends as Django's backend does, and leaves the connection to the next mail of the same thread."""

    connection: smtplib.SMTP | None

    def open(self) -> bool | None:
        """Take the connection that is kept for this thread if it still answers, or open a new one."""
        if self.connection is not None:
            return False
        self.connection = self._take()
        # True makes send_messages() close it in the end, which keeps it.
        return True if self.connection is not None else super().open()

    def close(self) -> None:
        """Keep the connection; one that broke is forgotten."""
        connection, self.connection = self.connection, None
        if connection is not None and connection.sock is not None:
            _kept.by_server[self._server] = (connection, time.monotonic())
        super().close()

    @property
    def _server(self) -> tuple[Any, ...]:
        return self.host, self.port, self.username

    def _take(self) -> smtplib.SMTP | None:
        connection, used_at = _kept.by_server.pop(self._server, (None, 0.0))
        if connection is None:
            return None
        idle = time.monotonic() - used_at
        if idle < ASK_SECONDS or (idle < IDLE_SECONDS and _answers(connection)):
            return connection
        connection.close()
        return None


def _answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False
