"""A mail server some milliseconds away that takes every mail and forgets it.

Run as a process of its own: ``python -m tests.load.mailserver PORT MILLISECONDS``.
"""

import asyncio
import sys
from typing import AnyStr

from aiosmtpd.smtp import SMTP, Envelope, Session


class Forgetful:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – aiosmtpd
        return "250 OK"


class Distant(SMTP):
    """Answers as late as its answers need for the way; the way of a TCP handshake is not counted."""

    seconds = 0.0

    async def push(self, status: AnyStr) -> None:
        """Send one line, late unless more of the same answer follow it."""
        if str(status)[3:4] != "-":
            await asyncio.sleep(self.seconds)
        await super().push(status)


async def serve(port: int) -> None:
    """Take mail until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Distant(Forgetful()), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    Distant.seconds = int(sys.argv[2]) / 1000
    asyncio.run(serve(int(sys.argv[1])))
