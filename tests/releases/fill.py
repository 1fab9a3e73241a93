"""Maker of tests/releases/before.tar.xz: fills an installation and packs it.

It runs on the code of the release whose installation is wanted, once that release is out:

    git archive RELEASE | tar -x -C /tmp/release        # an empty folder; .venv as in the checkout
    cp -R tests/releases /tmp/release/tests/            # where the release has an older script
    cd /tmp/release && bin/messages compile && .venv/bin/python -m tests.releases.fill …/tests/releases/before.tar.xz

The keys are those of tests/environment.py. Everybody in it is invented.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2

from tests import environment
from tests.services.postgres import find_binaries

# What can be made again, or is only a trail of work: not a row of it is needed.
LEFT_OUT = ("core_searchdocument", "core_searchword", "django_session", "core_heartbeat")


def main(target: Path) -> None:
    """Make the installation and write the archive."""
    environment.prepare()
    create_database(os.environ["DATABASE_URL"])
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_content", samples=True, stdout=StringIO())
    facts = fill()
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder)
        (packed / "facts.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1, default=str))
        command: list[Any] = [
            find_binaries() / "pg_dump",
            "--format=custom",
            "--compress=0",
            "--no-owner",
            "--no-privileges",
        ]
        command += [f"--exclude-table-data={table}" for table in LEFT_OUT]
        command += ["--file", packed / "database.dump", "--dbname", os.environ["DATABASE_URL"]]
        subprocess.run(command, check=True)
        with tarfile.open(target, "w:xz", preset=9) as tar:
            tar.add(packed / "facts.json", "facts.json")
            tar.add(packed / "database.dump", "database.dump")
            tar.add(settings.PRIVATE_FILES_DIR, "files", filter=_without_names)


def create_database(url: str, *, template: str = "template1") -> None:
    """Create the database of an address; the tests' own is made by their runner."""
    server, _, name = url.rpartition("/")
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    connection.cursor().execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    connection.close()


def _without_names(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out who made it, and what can be made again."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return None if "/kept" in info.name else info


def fill() -> dict[str, Any]:
    """Write rows of every kind through the services of the release, and return what can be read of them."""
    from clinics.models import Clinic
    from conditions.models import Condition, Edition, Procedure
    from portal.accounts.enums import Role
    from portal.core.models import OutboxItem
    from requests.enums import Fact, Flag, Outcome, Status
    from requests.facts import as_text
    from requests.models import Case, CaseLink, EstimateLine
    from requests.services import desk, facts, links, messages
    from tests.factories import give_feedback, make_photo, make_staff, submit
    from tests.requests.delivery import deliver_all

    staff = {role: make_staff(role, email=f"{role}@example.org") for role in Role}
    lead = staff[Role.LEAD]
    liver, surgery = Condition.objects.get(slug="liver-metastases"), Procedure.objects.get(code="surgery")

    def new(number: int, language: str = "en", **fields: Any) -> Case:
        person = {
            "name": f"Invented Person {number}",
            "email": f"person{number}@example.org",
            "phone": f"+9715012345{number}0",
        }
        return submit(language=language, condition=liver, **{**person, "message": f"Words of {number}", **fields})

    def answer(case: Case) -> None:
        messages.write_to_desk(case=case, body=f"Asked in {case.reference}", form_token="a" * 20)
        messages.write_to_patient(case=case, body=f"Answered in {case.reference}", by=lead, form_token="b" * 20)

    def price(case: Case, reason: str = "") -> None:
        from requests.services.estimates import FinalTerms, issue, line_by_hand

        lines = [
            line_by_hand(
                name=f"Line {number}",
                name_ru=f"Строка {number}",
                amount_from=Decimal(100 * number),
                amount_to=Decimal(200 * number),
                currency="USD",
                quantity=number,
                included="A bed",
                excluded="Flights",
            )
            for number in (1, 2)
        ]
        terms = FinalTerms(_today() + timedelta(days=30), "The clinic pays us.", "A stay", "Insurance", reason)
        issue(case=case, lines=lines, terms=terms, by=lead)

    cases = {"preliminary": new(1, "ru", procedures=(surgery,)), "by_phone": new(2, "ar", email="", channel="phone")}
    for number, name in enumerate(("answered", "priced", "accepted", "closed", "spam"), 3):
        cases[name] = new(number)
        desk.assign(case=cases[name], to=lead, by=lead)
        desk.add_note(case=cases[name], body=f"Noted in {cases[name].reference}", by=lead)
    desk.move(case=cases["answered"], to=Status.TRIAGE, by=lead)
    for name in ("answered", "priced", "closed"):
        answer(cases[name])
    for name in ("priced", "accepted"):
        Case.objects.filter(pk=cases[name].pk).update(status=Status.OFFERS_IN)
        price(_again(cases[name]))
    desk.move(case=_again(cases["accepted"]), to=Status.ACCEPTED, by=lead)
    price(_again(cases["accepted"]), "One more night")
    desk.move(case=_again(cases["spam"]), to=Status.SPAM, by=lead)
    Case.objects.filter(pk=cases["closed"].pk).update(status=Status.RECOVERY)
    desk.move(case=_again(cases["closed"]), to=Status.CLOSED, by=lead, outcome=Outcome.HOME)
    cases["quarantined"] = new(8, flags=(Flag.HONEYPOT,))
    corrected = _again(cases["answered"])
    facts.correct(
        case=corrected,
        fact=Fact.NAME,
        values={"name": "Corrected Person"},
        shown=as_text(corrected, Fact.NAME),
        by=lead,
    )
    give_feedback(text="Words of a reader")
    make_photo(clinic=Clinic.objects.get(slug=(clinic := Clinic.objects.order_by("pk")[0].slug)))
    deliver_all()
    cases["owed"] = new(9)  # its mails and its estimate still wait
    failed = OutboxItem.objects.filter(state="sent")[0]
    OutboxItem.objects.filter(pk=failed.pk).update(state="failed", error="SMTP 550")
    return {
        "staff": {user.email: sorted(user.groups.values_list("name", flat=True)) for user in staff.values()},
        "clinic": clinic,
        "editions": list(Edition.objects.current().values_list("condition__slug", "language", "number")),
        "outbox": sorted(OutboxItem.objects.values_list("kind", "state")),
        "cases": [
            {
                "kind": kind,
                "reference": case.reference,
                "language": case.language,
                "status": case.status,
                "name": case.name,
                "email": case.email,
                "phone": case.phone,
                "message": json.loads(case.submissions.get().content)["message"],
                "messages": [message.body for message in case.messages.all()],
                "notes": [note.body for note in case.notes.all()],
                "corrections": [[row.before, row.after] for row in case.corrections.all()],
                "link": links.address(link) if (link := CaseLink.objects.filter(case=case).first()) else "",
                "estimates": [
                    {
                        "version": estimate.version,
                        "kind": estimate.kind,
                        "pdf_sha256": estimate.pdf_sha256,
                        "how_we_are_paid": estimate.how_we_are_paid,
                        "reason": estimate.reason,
                        "lines": [
                            [line.name, line.name_ru, line.included, line.excluded, str(line.amount_from)]
                            for line in EstimateLine.objects.filter(estimate=estimate)
                        ],
                    }
                    for estimate in case.estimates.all()
                ],
            }
            for kind, case in ((kind, _again(case)) for kind, case in cases.items())
        ],
    }


def _again(case: Any) -> Any:
    """Return a case as the database has it."""
    return type(case).objects.get(pk=case.pk)


def _today() -> Any:
    from django.utils import timezone

    return timezone.now().date()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
