"""A mail server that keeps every message as a file, and refuses, hangs or dies when told to."""

import email
import email.policy
import shutil
import sys
import tempfile
from email.message import EmailMessage
from pathlib import Path

from tests.services import smtpserver
from tests.services.process import Process, accepts, free_port, wait_until


class MailServer(Process):
    """The mail server as the tests see it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mail"))
        self.port = free_port()
        command = [sys.executable, smtpserver.__file__, str(self.port), str(self.folder)]
        super().__init__(command, log=self.folder / "log")

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        super().start()
        wait_until(lambda: accepts(self.port), seconds=10, what=f"the mail server listens\n{self.output()}")

    def accept(self) -> None:
        """Take every message, as at the start."""
        self._behave("")

    def refuse(self, code: int = 550, *, only: str = "") -> None:
        """Answer each recipient (or only the address ``only``) with ``code``: 5xx for good, 4xx for now."""
        self._behave(f"{code} {only}".strip())

    def hang(self) -> None:
        """Take the message and never answer."""
        self._behave("hang")

    def answer_late(self) -> None:
        """Keep the message, and say that it was taken only when told to accept."""
        self._behave("late")

    def drop_after_data(self) -> None:
        """Keep the message, then close the connection instead of answering."""
        self._behave("drop")

    def messages(self) -> list[EmailMessage]:
        """Return the kept messages, oldest first; `X-Rcpt-To` names who they went to."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self.folder.glob("*.eml"))
        ]

    def wait_for(self, count: int, *, seconds: float = 30) -> list[EmailMessage]:
        """Wait until at least ``count`` messages have come and return them all."""
        wait_until(lambda: len(self.messages()) >= count, seconds=seconds, what=f"{count} mails")
        return self.messages()

    def clear(self) -> None:
        """Forget the kept messages."""
        for path in self.folder.glob("*.eml"):
            path.unlink()

    def remove(self) -> None:
        """Stop the server and delete its messages."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _behave(self, how: str) -> None:
        (self.folder / smtpserver.BEHAVIOUR).write_text(how)
