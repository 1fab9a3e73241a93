"""An installation that the release before filled is upgraded, and everything in it reads right."""

import hashlib
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils.translation import override
from django_migration_linter import MigrationLinter
from pytest_django import Settings

from clinics.models import Clinic, Photo
from conditions.models import Condition, Edition, Feedback
from conditions.services import rendering
from portal.accounts.models import User
from portal.core import files
from portal.core.encryption import sealing
from portal.core.models import OutboxItem
from portal.core.storage import moving
from requests.models import Case, Consent, Estimate, EstimateLine
from requests.selectors import desk
from requests.services.estimates import read_pdf
from tests.accounts.cast import staff_client
from tests.bucket import keep_files_at
from tests.releases.conftest import Installation
from tests.requests.delivery import deliver_all
from tests.services import S3Server

# Tables without a model, to be dropped in the next release.
LEFT = ("answer", "brief", "document", "documentneed", "offer", "offerline", "questionnaire", "reminder")
# It makes rows unique that only this release writes, so nothing that the release before wrote or writes is against it.
OF_NEW_ROWS = ("requests", "0052_one_standing_consent")


# ── Zero downtime ────────────────────────────────────────────────────────────────────────────


def linted(migrations: list[Migration]) -> MigrationLinter:
    linter = MigrationLinter(no_cache=True)
    for migration in migrations:
        linter.lint_migration(migration)
    return linter


def test_the_release_before_still_works_while_and_after_the_tables_change(
    planned: list[Migration], capsys: pytest.CaptureFixture[str]
) -> None:
    among_old_rows = [migration for migration in planned if (migration.app_label, migration.name) != OF_NEW_ROWS]
    assert not linted(among_old_rows).has_errors, capsys.readouterr().out


def test_what_only_the_release_before_still_asks_stays_and_points_nowhere(upgraded: Installation) -> None:
    left = [f"requests_{name}" for name in LEFT]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [left])
        assert sorted(name for (name,) in cursor) == left
        cursor.execute(
            """
            SELECT held.relname, asked.relname FROM pg_constraint
            JOIN pg_class held ON held.oid = conrelid JOIN pg_class asked ON asked.oid = confrelid
            WHERE contype = 'f' AND held.relname = ANY(%(left)s) AND NOT asked.relname = ANY(%(left)s)
            """,
            {"left": left},
        )
        assert cursor.fetchall() == []
        User.objects.create_user("new@example.org")
        cursor.execute("SELECT time_zone FROM accounts_user WHERE email = 'new@example.org'")
        assert cursor.fetchall() == [("Europe/Moscow",)]
        line = EstimateLine.objects.create(estimate=Estimate.objects.all()[0], currency="USD", origin="coordinator")
        cursor.execute("SELECT procedure_code FROM requests_estimateline WHERE id = %s", [line.pk])
        assert cursor.fetchall() == [("",)]
        transaction.set_rollback(True)


def test_the_linter_sees_what_the_release_before_cannot_fill(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = MigrationExecutor(connection).loader.disk_migrations
    assert linted([disk["requests", "0005_national_phone"]]).has_errors
    assert "NOT NULL" in capsys.readouterr().out


# ── What was in it ───────────────────────────────────────────────────────────────────────────


def manage(*words: str) -> None:
    """Run a command in this process: one of its own for each takes seconds, and `migrate` had one."""
    call_command(*words, stdout=StringIO())


def test_it_reads_right_after_migrate_and_after_everything_that_follows(upgraded: Installation) -> None:
    check(upgraded.facts)
    assert sealing.unsealed()[EstimateLine] > 0
    assert not Edition.objects.filter(name=None).exists()
    assert rendering.stale() > 0
    manage("createcachetable")
    manage("load_content", "--samples")
    manage("render_editions")
    manage("render_editions", "--check")
    manage("seal")
    manage("record_consents")
    manage("record_consents", "--check")
    manage("rekey", "--check")
    manage("rehash")
    manage("rehash", "--check")
    assert sealing.unsealed() == {}
    consents = Consent.objects.select_related("text")
    assert consents.exists()
    assert [one.text.sha256 for one in consents if one.text] == [one.text_hash for one in consents]
    check(upgraded.facts)
    deliver_all()
    owed = Case.objects.get(reference=case_of(upgraded.facts, "owed")["reference"])
    waiting = OutboxItem.objects.filter(reference=owed.reference).exclude(state="sent")
    assert not waiting.exists()


def test_its_files_are_read_from_the_folder_and_then_from_a_bucket(
    upgraded: Installation, settings: Settings, s3_server: S3Server
) -> None:
    photo, stored = Photo.objects.get(), moving.in_folder()
    printed = [*Estimate.objects.exclude(pdf_name="").select_related("case")]
    assert len(stored) >= 1 + len(printed) > 1
    readable = {path.name: path.read_bytes() for path in stored}
    keep_files_at(settings, s3_server.url("upgraded"))
    for _look in ("in the folder", "in the bucket"):
        assert [one.version for one in printed if files.sha256(read_pdf(one)) != one.pdf_sha256] == []
        for variant in photo.variants:
            for extension, name in variant["files"].items():
                assert Client().get(f"/photos/{name}.{extension}").content == readable[name]
        manage("move_files")
    assert (moving.in_folder(), s3_server.files("upgraded")) == ([], readable)


def check(facts: dict[str, Any]) -> None:
    """Read everything that the release before wrote down about itself."""
    assert {user.email: sorted(user.groups.values_list("name", flat=True)) for user in User.objects.all()} == facts[
        "staff"
    ]
    assert sorted(map(list, OutboxItem.objects.values_list("kind", "state"))) == facts["outbox"]
    assert [row.text for row in Feedback.objects.all()] == ["Words of a reader"]
    for slug, language, _number in facts["editions"]:
        with override(language):
            condition = Condition.objects.get(slug=slug)
            assert str(condition.name) in read(condition.get_absolute_url())
    with override("en"):
        clinic = Clinic.objects.get(slug=facts["clinic"])
        assert str(clinic.name) in read(clinic.get_absolute_url())
    photo = clinic.photos.public().get()
    assert photo.alternative_text_en == "The entrance"
    for case in facts["cases"]:
        check_case(case)


def check_case(facts: dict[str, Any]) -> None:
    case = Case.objects.get(reference=facts["reference"])
    fields = ("status", "language", "name", "email", "phone")
    assert {name: getattr(case, name) for name in fields} == {name: facts[name] for name in fields}
    assert facts["message"] in case.submissions.get().content
    assert [message.body for message in case.messages.all()] == facts["messages"]
    assert [note.body for note in case.notes.all()] == facts["notes"]
    assert [[row.before, row.after] for row in case.corrections.all()] == facts["corrections"]
    found = [desk.search(Case.objects.all(), term).get() for term in (facts["email"], facts["phone"]) if term]
    assert found == [case] * len(found)
    lead = User.objects.get(email="lead@example.org")
    assert facts["name"] in read(f"/admin/requests/case/{case.pk}/change/", staff_client(lead))
    assert [row.version for row in case.estimates.all()] == [row["version"] for row in facts["estimates"]]
    patient = Client()
    if facts["link"]:
        assert patient.post(facts["link"].removeprefix("http://localhost:8000")).status_code == 302
        # What the page showed before is no news.
        assert not any(message.is_unread for message in case.messages.all())
        assert facts["message"] in read(f"/{case.language}/case/{case.reference}/", patient)
        page = read(f"/{case.language}/case/{case.reference}/messages/", patient)
        assert [text for text in facts["messages"] if text not in page] == []
    for estimate in facts["estimates"]:
        check_estimate(case, estimate, patient if facts["link"] else None)


def check_estimate(case: Case, facts: dict[str, Any], patient: Client | None) -> None:
    estimate = case.estimates.get(version=facts["version"])
    assert (estimate.how_we_are_paid, estimate.reason) == (facts["how_we_are_paid"], facts["reason"])
    lines = [[row.name, row.name_ru, row.included, row.excluded, str(row.amount_from)] for row in estimate.lines.all()]
    assert lines == facts["lines"]
    if patient is None or not facts["pdf_sha256"]:
        return
    address = f"/{case.language}/case/{case.reference}/estimates/{estimate.version}"
    page = read(f"{address}/", patient)
    assert [line[0] for line in facts["lines"] if line[0] not in page] == []
    response = patient.get(f"{address}.pdf")
    assert hashlib.sha256(response.getvalue()).hexdigest() == facts["pdf_sha256"]


def read(address: str, client: Client | None = None) -> str:
    response = (client or Client()).get(address)
    assert response.status_code == 200, address
    return response.getvalue().decode()


def case_of(facts: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(case for case in facts["cases"] if case["kind"] == kind)
    return found
