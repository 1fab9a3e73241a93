"""`make run`, the very command of the README, serves the whole portal with no server beside it."""

import email
import email.policy
import os
import re
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from tests import environment
from tests.front.queries import QUERIES, faults
from tests.services.process import PROJECT, Process, accepts, free_port, wait_until

ANSWERS = {
    "for_whom": "me",
    "condition": "liver-metastases",
    "message": "Two growths were found.",
    "country": "AE",
    "speak": "ru",
    "name": "Canary Embedded",
    "email": "canary.embedded@example.org",
    "channel": "email",
    "consent_processing": "on",
    "consent_health": "on",
}


class MakeRun(Process):
    """One `make run` as a person starts it in a terminal; Ctrl-C goes to make and all it runs."""

    stop_signal = signal.SIGINT

    def __init__(self, var: Path, name: str) -> None:
        self.var = var
        self.port = free_port()
        # `make test` started us: a make of its own knows nothing of that.
        unset = {*environment.variables("", ""), "VAR_DIR", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
        env = {key: value for key, value in os.environ.items() if key not in unset}
        log = var.parent / f"{name}.log"
        super().__init__(["make", "run", f"PORT={self.port}"], log=log, env={**env, "VAR_DIR": str(var)})

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def wait(self) -> None:
        """Wait until it says where it runs."""
        wait_until(
            lambda: f"MARUS runs at {self.url}" in self.output() or not self.is_running, seconds=300, what="it runs"
        )
        assert self.is_running, self.output()

    def is_healthy(self) -> bool:
        """Say whether the web answers; what a killed process left behind may still take a connection and reset it."""
        try:
            return httpx.get(f"{self.url}/healthz/", timeout=30).text == "ok\n"
        except httpx.TransportError:
            return False

    def ctrl_c(self) -> None:
        """Press Ctrl-C and wait for the end."""
        os.killpg(self.pid, self.stop_signal)
        assert self.popen is not None
        self.popen.wait(timeout=90)

    def children(self) -> dict[str, int]:
        """Return the process numbers of web, workers, beat and relay."""
        listed = subprocess.run(
            ["ps", "-ww", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True
        ).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        words = {
            "web": "granian",
            "worker": " worker (?!.*--queues)",
            "long": " worker .*--queues long",
            "beat": " beat ",
            "relay": "manage.py relay",
        }
        [serve] = [pid for pid, parent, _ in rows if int(parent) == self.pid]
        return {
            name: int(pid)
            for pid, parent, command in rows
            for name, word in words.items()
            if parent == serve and re.search(word, command)
        }

    def mails(self) -> list[EmailMessage]:
        """Return the mails under var/mail, oldest first."""
        files = sorted((self.var / "mail").glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class Hidden(HTMLParser):
    """Collects the hidden fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "input" and about.get("type") == "hidden":
            self.fields[about.get("name") or ""] = about.get("value") or ""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeRun]:
    """A portal started by `make run` on an empty var/."""
    made = MakeRun(tmp_path_factory.mktemp("embedded") / "var", "first")
    made.start()
    made.wait()
    yield made
    if made.is_running:
        made.ctrl_c()


def test_it_answers_under_both_names(run: MakeRun) -> None:
    for host in ("localhost", "127.0.0.1"):
        assert httpx.get(f"http://{host}:{run.port}/healthz/").text == "ok\n"


def test_it_shows_what_it_does_and_who_may_sign_in(run: MakeRun) -> None:
    output = run.output()
    for step in ("Preparing the database", "Collecting static files", "Loading the content"):
        assert f"→ {step}" in output
    [password] = re.findall(r"Password: (\S+)", output)
    kept = run.var / "sample-coordinator"
    assert password in kept.read_text()
    for secret in (kept, *(run.var / "keys").iterdir()):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret


def test_a_request_is_answered_with_mails_a_case_and_an_estimate(run: MakeRun) -> None:
    before = len(run.mails())
    with httpx.Client(base_url=run.url, follow_redirects=True, headers={"Referer": run.url}) as browser:
        form = browser.get("/en/requests/new/", params={"condition": "liver-metastases"})
        assert form.status_code == 200
        time.sleep(3.2)
        sent = browser.post("/en/requests/new/", data={**Hidden(form.text).fields, **ANSWERS})
        assert sent.status_code == 200
        reference = re.search(r"/en/requests/sent/(MR-\w{4}-\w{4})/", str(sent.url))
        assert reference is not None, sent.text
        wait_until(lambda: len(run.mails()) >= before + 3, seconds=60, what=f"three mails\n{run.output()}")
        mails = run.mails()[before:]
        to_patient = [mail for mail in mails if mail["To"] == ANSWERS["email"]]
        assert sorted(mail["To"] for mail in mails) == sorted(["help@marus.example", *[ANSWERS["email"]] * 2])
        assert all(reference[1] in mail["Subject"] for mail in mails)
    link = re.search(rf"{run.url}(/\w+/case/\S+?/)\s", text_of(to_patient[0]))
    assert link is not None
    with httpx.Client(base_url=run.url, follow_redirects=True) as another_browser:
        assert another_browser.get(f"/en/case/{reference[1]}/").status_code == 404
        assert "Open my case" in another_browser.get(link[1]).text
        assert another_browser.get(f"/en/case/{reference[1]}/").status_code == 404
        case = another_browser.post(link[1])
        assert case.status_code == 200
        assert str(case.url).endswith(f"/case/{reference[1]}/")
        estimate = another_browser.get(f"/en/case/{reference[1]}/estimates/0.pdf")
        assert estimate.headers["Content-Type"] == "application/pdf"
        assert estimate.content.startswith(b"%PDF-")


def test_search_forgives_and_knows_every_language(run: MakeRun) -> None:
    with httpx.Client(base_url=run.url) as client:
        for language, query, slug, is_guessed in QUERIES:
            html = client.get(f"/{language}/search/", params={"q": query}).text
            assert faults(language, slug, is_guessed, html) == [], query


def test_what_the_patient_wrote_is_unreadable_on_the_disk(run: MakeRun) -> None:
    for path in [*run.var.glob("portal.sqlite3*"), *(run.var / "queue").rglob("*"), *run.var.parent.glob("*.log")]:
        if path.is_file():
            data = path.read_bytes()
            assert b"Canary Embedded" not in data, path
            assert b"canary.embedded" not in data, path


def test_a_process_that_dies_is_started_again(run: MakeRun) -> None:
    before = run.children()
    assert sorted(before) == ["beat", "long", "relay", "web", "worker"]
    os.kill(before["web"], signal.SIGKILL)
    os.kill(before["worker"], signal.SIGKILL)
    wait_until(lambda: len({*run.children().values()} - {*before.values()}) == 2, seconds=120, what="two new processes")
    wait_until(run.is_healthy, seconds=120, what="the web is back")


def test_a_busy_port_is_said_in_one_sentence(run: MakeRun) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other_program:
        port = other_program.getsockname()[1]
        command = ["make", "--silent", "run", f"PORT={port}"]
        refused = subprocess.run(
            command, cwd=PROJECT, env=run.env, capture_output=True, text=True, check=False, timeout=120
        )
    assert refused.returncode != 0
    assert refused.stdout == ""
    [sentence, *rest] = refused.stderr.splitlines()
    assert re.fullmatch(rf"Port {port} is busy; start the portal on another one with: make run PORT=\d+", sentence)
    assert all(line.startswith("make: ***") for line in rest)


def test_a_second_one_runs_beside_it_and_starts_quickly(run: MakeRun) -> None:
    second = MakeRun(run.var, "second")
    started = time.monotonic()
    second.start()
    second.wait()
    seconds = time.monotonic() - started
    try:
        assert httpx.get(f"{second.url}/healthz/").text == "ok\n"
        assert httpx.get(f"{run.url}/healthz/").text == "ok\n"
        assert "Loading the content" not in second.output()
        assert "Collecting static files" not in second.output()
        # A few seconds when the machine is idle; other tests may keep it busy.
        assert seconds < 60
    finally:
        second.ctrl_c()
    assert httpx.get(f"{run.url}/healthz/").text == "ok\n"


def test_ctrl_c_stops_everything(run: MakeRun) -> None:
    """The last test of this module: it ends the portal of the others."""
    children = run.children()
    assert len(children) == 5
    run.ctrl_c()
    assert run.output().endswith("→ Stopped\n")
    assert not accepts(run.port)
    for pid in children.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
