"""The test mail server, but slow, so that a kill finds senders between "final dot" and answer.

Run as a process of its own: ``python -m tests.faults.slowmail PORT FOLDER``.
"""

import asyncio
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.mailserver import MailServer
from tests.services.smtpserver import Handler, serve

BEFORE_KEEPING_SECONDS = 0.05
AFTER_KEEPING_SECONDS = 0.1


class SlowMailServer(MailServer):
    """A mail server that takes its time around the moment of acceptance."""

    def __init__(self) -> None:
        super().__init__()
        self.command[1:2] = ["-m", "tests.faults.slowmail"]


class SlowHandler(Handler):
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – aiosmtpd
        await asyncio.sleep(BEFORE_KEEPING_SECONDS)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(AFTER_KEEPING_SECONDS)
        return answer


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), SlowHandler(Path(sys.argv[2]))))
