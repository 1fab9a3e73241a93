"""clamd with the limits of deploy/clamav and signatures of our own: a harmless marker is its only virus."""

import shutil
import socket
import tempfile
from pathlib import Path

from tests.services.process import PROJECT, Process, wait_until

CONF = PROJECT / "deploy" / "clamav" / "clamd.conf"
# What it takes for a virus. Nothing in the repository holds it but this line.
MARKER = b"".join([b"MARUS harmless ", b"marker 8f3a of the tests"])
VIRUS = "Marus.Test.Marker.UNOFFICIAL"


class Clamd(Process):
    """clamd on a socket in a folder of its own; ``changes`` are lines of its configuration."""

    def __init__(self, **changes: str) -> None:
        # A path of a socket has 108 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="clamd", dir="/tmp"))
        self.socket = self.folder / "clamd.sock"
        self.scanned = self.folder / "scanned"
        self.conf = self.folder / "clamd.conf"
        (self.folder / "signatures").mkdir()
        (self.folder / "signatures" / "own.ndb").write_text(f"Marus.Test.Marker:0:*:{MARKER.hex()}\n")
        ours = {
            "DatabaseDirectory": str(self.folder / "signatures"),
            "TemporaryDirectory": str(self.scanned),
            "LocalSocket": str(self.socket),
        }
        lines = [line.split(maxsplit=1) for line in CONF.read_text().splitlines() if line and not line.startswith("#")]
        self.words = {name: value for name, value in lines if name != "TCPSocket"} | ours | changes
        self.conf.write_text("".join(f"{name} {value}\n" for name, value in self.words.items()))
        program = shutil.which("clamd") or "/usr/sbin/clamd"
        super().__init__([program, "--config-file", str(self.conf)], log=self.folder / "log")

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start clamd and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        # What a killed one was scanning: a container that starts again has an empty tmpfs.
        shutil.rmtree(self.scanned, ignore_errors=True)
        self.scanned.mkdir()
        super().start()
        wait_until(self.answers, seconds=60, what=f"clamd answers\n{self.output()}")

    def wait_until_tidy(self) -> None:
        """Wait until nothing of what was scanned is left; clamd deletes it after its answer."""
        wait_until(lambda: not any(self.scanned.iterdir()), seconds=30, what="what was scanned is gone")

    def answers(self) -> bool:
        """Say whether somebody takes connections on the socket."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.socket)) == 0

    def remove(self) -> None:
        """End clamd and delete its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
