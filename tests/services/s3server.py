"""An S3 server, nanio in an environment of its own (bin/s3-server), which keeps each bucket as a folder."""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

from tests.services.process import PROJECT, Process, accepts, free_port, wait_until

PROGRAM = PROJECT / "var" / "nanio" / "bin" / "nanio"
KEY, SECRET = "key of the portal", "se/cr+et of: the @portal"


class S3Server(Process):
    """S3 over HTTP on a free port of the loopback interface."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="s3"))
        self.port = free_port()
        command = [
            *(str(PROGRAM), "serve", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--data-dir", str(self.folder / "data"), "--log-level", "warning", "--no-access-log"),
        ]
        env = {"PATH": os.environ["PATH"], "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
        super().__init__(command, log=self.folder / "log", env=env)

    def url(self, bucket: str, *, secret: str = SECRET) -> str:
        """Return the S3_URL of a bucket, which is made when it is not there."""
        (self.folder / "data" / bucket).mkdir(parents=True, exist_ok=True)
        return f"http://{quote(KEY)}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{bucket}"

    def files(self, bucket: str) -> dict[str, bytes]:
        """Return what lies in a bucket, by name."""
        paths = (self.folder / "data" / bucket).iterdir()
        return {path.name: path.read_bytes() for path in paths if path.is_file() and not path.name.startswith(".")}

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        assert PROGRAM.exists(), "nanio is not installed: run `make test`, or `bin/s3-server`."
        super().start()
        wait_until(lambda: accepts(self.port), seconds=30, what=f"nanio listens\n{self.output()}")

    def remove(self) -> None:
        """End the server and delete its buckets."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
