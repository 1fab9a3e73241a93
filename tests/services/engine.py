"""A stand-in for the container engine: `docker compose …` acts on the real processes of a test.

No engine runs on the machines of the tests. Scripts and documented commands are run as they are, with
a `docker` in front of the PATH that hands its words to this process; what a container would do is done
by the same program, started here: granian, nginx, psql, manage.py.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tests.services.nginx import Nginx
from tests.services.portal import Portal
from tests.services.process import PROJECT

PROGRAM = """#!{python}
import json, socket, sys
with socket.socket(socket.AF_UNIX) as client:
    client.connect({address!r})
    client.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
    code, output = json.loads(client.makefile().readline())
sys.stdout.write(output)
sys.exit(code)
"""


class Engine:
    """What `docker compose` does to the portal and the nginx of a test; ``calls`` keeps what it was asked."""

    def __init__(self, portal: Portal, nginx: Nginx, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.portal = portal
        self.nginx = nginx
        self.calls: list[str] = []
        self.failed = ""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "s"))
        self.listener.listen()
        program = folder / "docker"
        program.write_text(PROGRAM.format(python=sys.executable, address=str(folder / "s")))
        program.chmod(0o755)
        self.env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            with client:
                words = json.loads(client.makefile().readline())
                try:
                    answer = 0, self._do(words)
                except Exception as error:  # noqa: BLE001 – the script has to see that it failed
                    self.failed = f"{words}: {error!r}"
                    answer = 1, self.failed
                client.sendall(json.dumps(answer).encode() + b"\n")

    def _do(self, words: list[str]) -> str:
        self.calls.append(" ".join(words))
        match words:
            # To open every page takes a minute: tests/nginx/test_warm_pages.py does.
            case ["compose", "build"] | [*_, "warm_pages", "--nginx", "proxy"]:
                return ""
            case ["compose", "run", "--rm", "migrate"]:
                return self._manage("migrate", "--no-input")
            case ["compose", "run", "--rm", "nginx-files", "python", "manage.py", "write_nginx", folder, *options]:
                assert folder == "/etc/marus/nginx"
                self.nginx.write(*[self._here(option) for option in options])
                return ""
            case ["compose", "run", "--rm", _service, "python", "manage.py", *command]:
                return self._manage(*command)
            case ["compose", "exec", "proxy", "nginx", "-c", "/etc/marus/nginx/nginx.conf", "-s", "reload"]:
                self.nginx.reload()
                return ""
            case ["compose", "up", "--detach", "--no-deps", "--force-recreate", *options, service]:
                services = [option for option in options if not option.startswith("--")] + [service]
                for name in services:
                    if name in ("web", "web-2") or self.portal[name].is_running:
                        self.portal[name].stop()
                        self.portal.start(name)
                return ""
        raise ValueError("this engine does not know that")

    def _here(self, word: str) -> str:
        """Translate the name of a container to the address of its process."""
        names = {"web:8000": f"127.0.0.1:{self.portal.port}", "web-2:8000": f"127.0.0.1:{self.portal.second_port}"}
        return names.get(word, word)

    def _manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            check=True,
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env=self.portal.env,
        )
        return done.stdout
