"""A mail server that keeps every message as a file, and refuses, hangs or dies when told to.

Run as a process of its own: ``python -m tests.services.mailserver PORT FOLDER``.
"""

import asyncio
import email
import email.policy
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.process import Process, accepts, free_port, wait_until

BEHAVIOUR = "behaviour"
FINE = "250 OK"


class MailServer(Process):
    """The mail server as the tests see it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mail"))
        self.port = free_port()
        command = [sys.executable, "-m", "tests.services.mailserver", str(self.port), str(self.folder)]
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
        (self.folder / BEHAVIOUR).write_text(how)


class Handler:
    """What the server process does with one message; it reads the wanted behaviour each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_RCPT(  # noqa: N802 – the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        code, _, only = self.behaviour().partition(" ")
        if code.isdigit() and only in ("", address):
            return f"{code} told to say so"
        envelope.rcpt_tos.append(address)
        return FINE

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – as above
        behaviour = self.behaviour()
        while self.behaviour() == "hang":  # noqa: ASYNC110 – the wish is in a file of another process
            await asyncio.sleep(0.1)
        self.keep(envelope)
        while self.behaviour() == "late":  # noqa: ASYNC110 – as above
            await asyncio.sleep(0.1)
        if behaviour == "drop" and server.transport is not None:
            server.transport.close()
        return FINE

    def behaviour(self) -> str:
        path = self.folder / BEHAVIOUR
        return path.read_text() if path.exists() else ""

    def keep(self, envelope: Envelope) -> None:
        """Write the message whole before the sender hears that it was taken."""
        header = f"X-Rcpt-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        draft = self.folder / f"draft-{time.time_ns()}"
        draft.write_bytes(header + (envelope.original_content or b""))
        draft.rename(self.folder / f"{time.time_ns()}.eml")


async def serve(port: int, handler: Handler) -> None:
    """Take mail until the process is ended."""
    make: Callable[[], SMTP] = lambda: SMTP(handler, enable_SMTPUTF8=True)  # noqa: E731 – a factory of one line
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Handler(Path(sys.argv[2]))))
