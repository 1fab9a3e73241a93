"""Harness that kills processes while submissions are under way, then counts what arrived; see test_kills."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from django.template.loader import render_to_string

from portal.accounts.models import User
from portal.core import files
from portal.core.models import OutboxItem
from requests.models import Case
from requests.services.estimates import read_pdf
from tests.faults.visitor import Visitor
from tests.services import MailServer, Portal, RedisServer
from tests.services.process import Process

SENDERS = ("worker", "relay")
ISOLATES = re.compile("[\u2066-\u2069]")

# A mail of a request: who it goes to and what stands above it.
type Mail = tuple[str, str]


@dataclass(frozen=True)
class Kill:
    """One SIGKILL: whom, when, and where the effects of the newest request stood."""

    target: str
    at: float
    states: Counter[str]


@dataclass
class Report:
    """What was promised and what came."""

    sent: list[str]
    kills: list[Kill]
    missing: list[Mail]
    unknown: list[Mail]
    doubled: dict[Mail, list[str]]
    pdfs_missing: list[str]
    first_arrivals: dict[Mail, float]
    unsent: list[OutboxItem] = field(default_factory=list)
    orphans: int = 0

    def __str__(self) -> str:
        moments = Counter(state for kill in self.kills for state in kill.states)
        return (
            f"{len(self.sent)} requests, {len(self.kills)} kills, {len(self.first_arrivals)} mails arrived, "
            f"{len(self.missing)} mails missing, {len(self.pdfs_missing)} PDFs missing, {len(self.doubled)} doubled, "
            f"{self.orphans} unused files; kills that found effects {dict(moments)}"
        )


class KillHarness:
    """Sends requests through the form, kills in between, restarts, and counts at the mail server."""

    def __init__(self, portal: Portal, redis: RedisServer, mail: MailServer) -> None:
        self.portal = portal
        self.mail = mail
        self.processes: dict[str, Process] = {**portal.processes, "redis": redis}
        self.desk = list(User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True))
        self.sent: dict[str, str] = {}
        self.plain: set[str] = set()  # those that asked for no treatment get no estimate
        self.kills: list[Kill] = []

    def run(self, targets: tuple[str, ...], *, rounds: int) -> None:
        """Kill each of ``targets`` in turn, at moments spread over the way of a request.

        A request is sent while the victim of the round before is still away.
        """
        each = rounds // len(targets)
        for number in range(rounds):
            target = targets[number % len(targets)]
            reference = self.send()
            self.restart()
            self.await_progress(reference, (number // len(targets) + 0.5) / each)
            self.record_kill(target, reference)
            self.processes[target].kill()
        self.restart()

    def record_kill(self, target: str, reference: str = "") -> None:
        """Note whom a kill hits, and where the effects of a request stand."""
        states = Counter(OutboxItem.objects.filter(reference=reference).values_list("state", flat=True))
        self.kills.append(Kill(target, time.time(), states))

    def restart(self) -> None:
        """Start again whom the last round killed."""
        if self.kills:
            self.processes[self.kills[-1].target].start()

    def await_progress(self, reference: str, part: float) -> None:
        """Wait until about this part (0 to 1) of what a request sets off is done, for 20 seconds at most."""
        deadline, wanted = time.monotonic() + 20, part * len(self._mails_of(reference, ""))
        while time.monotonic() < deadline:
            states = Counter(OutboxItem.objects.filter(reference=reference).values_list("state", flat=True))
            done = states["sent"] if states else len(self._arrived_of(reference))
            if done >= int(wanted) and (wanted.is_integer() or states["in_flight"] or not states):
                return
            time.sleep(0.02)

    def send(self) -> str:
        """Send one request, from an address of its own; only a shown reference counts as promised."""
        email = f"patient{len(self.sent)}-{time.time_ns()}@example.org"
        with Visitor(self.portal.url) as visitor:
            reference = visitor.send(email=email, condition="liver-metastases", procedure="surgery")
        self.sent[reference] = email
        return reference

    def settle(self, *, seconds: float, quiet: float) -> None:
        """Wait until everything promised is there, or nothing came for ``quiet`` seconds."""
        deadline, newest, count = time.monotonic() + seconds, time.monotonic(), 0
        while time.monotonic() < min(deadline, newest + quiet):
            report = self.report()
            if not (report.missing or report.pdfs_missing or report.unsent):
                return
            if len(report.first_arrivals) > count:
                newest, count = time.monotonic(), len(report.first_arrivals)
            time.sleep(0.5)

    def report(self) -> Report:
        """Count mails at the mail server and PDFs in the file store."""
        arrived: dict[Mail, list[str]] = {}
        first: dict[Mail, float] = {}
        for at, message in self._arrivals():
            key = (str(message["X-Rcpt-To"]), ISOLATES.sub("", str(message["Subject"])))
            arrived.setdefault(key, []).append(str(message["Message-ID"]))
            first.setdefault(key, at)
        promised = {mail for reference, email in self.sent.items() for mail in self._mails_of(reference, email)}
        # The naive delivery may have sent some mails before it answered 500.
        known = {key for key in arrived if any(reference in key[1] for reference in self.sent)}
        estimated = set(self.sent) - self.plain
        stored = [case.estimates.get() for case in Case.objects.filter(reference__in=estimated)]
        printed = [one for one in stored if one.pdf_name and files.sha256(read_pdf(one)) == one.pdf_sha256]
        return Report(
            sent=list(self.sent),
            kills=self.kills,
            missing=sorted(promised - set(arrived)),
            unknown=sorted(known - promised),
            doubled={key: ids for key, ids in arrived.items() if len(ids) > 1},
            pdfs_missing=[one.case.reference for one in stored if one not in printed],
            first_arrivals=first,
            unsent=list(OutboxItem.objects.exclude(state=OutboxItem.State.SENT)),
            orphans=len([path for path in (self.portal.folder / "files").rglob("*") if path.is_file()]) - len(printed),
        )

    def was_sender_killed_at(self, moment: float) -> bool:
        """Whether a sender was killed within two seconds of a moment."""
        return any(kill.target in SENDERS and abs(kill.at - moment) < 2 for kill in self.kills)

    def _arrivals(self) -> Iterator[tuple[float, EmailMessage]]:
        for path, message in zip(sorted(self.mail.folder.glob("*.eml")), self.mail.messages(), strict=False):
            yield int(path.stem) / 1e9, message

    def _arrived_of(self, reference: str) -> list[Path]:
        return [path for path in self.mail.folder.glob("*.eml") if reference.encode() in path.read_bytes()]

    def _mails_of(self, reference: str, email: str) -> list[Mail]:
        mails = [(address, _subject("request.notice", reference)) for address in self.desk]
        mails.append((email, _subject("request.receipt", reference)))
        return mails if reference in self.plain else [*mails, (email, _subject("estimate.mail", reference))]


def _subject(kind: str, reference: str) -> str:
    case = {"reference": reference, "country": "AE", "speak": "ar"}
    context = {"form": "txt", "case": case, "estimate": {"is_preliminary": True}}
    return ISOLATES.sub("", render_to_string(f"emails/{kind}.html", context).partition("\n")[0])
