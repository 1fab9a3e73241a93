"""The program of the test mail server: ``python smtpserver.py PORT FOLDER``; see MailServer.

It imports nothing of ours: dozens of tests start one, and the rest of this package takes longer to import than the server.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

BEHAVIOUR = "behaviour"
FINE = "250 OK"


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
