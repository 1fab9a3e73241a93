"""The portal works as `portal_app`, which owns nothing, and nobody changes what happened or who read what.

deploy/postgres/roles.sql and the commands of docker-compose.yml are run as they are, on a real PostgreSQL.
"""

import datetime
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from requests.enums import AccessKind, ActorKind
from requests.models import AccessEvent, Case, Event
from requests.services import audit
from tests.factories import submit
from tests.faults.conftest import QUICK
from tests.faults.visitor import Visitor
from tests.operations import block
from tests.services import MailServer, Portal, Postgres

PROJECT = Path(settings.BASE_DIR)
ROLES = PROJECT / "deploy" / "postgres" / "roles.sql"
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
# Table and one of its columns.
TABLES = {
    "requests_event": "at",
    "requests_accessevent": "at",
    "requests_lateauditrow": "at",
    "requests_consenttext": "text",
    "requests_auditseal": "hash",
    "requests_auditremoval": "rows",
    "requests_auditcheck": "faults",
}
OLD_DAY = datetime.date(2020, 2, 29)


def make_roles(url: str) -> None:
    """Run roles.sql as a superuser, as PostgreSQL's image does."""
    environment = {**os.environ, "DB_OWNER_PASSWORD": "an-owner's", "DB_APP_PASSWORD": "an-app's"}
    subprocess.run(["psql", url, "-q", "-f", ROLES], check=True, env=environment, capture_output=True)


def release(environment: dict[str, str]) -> None:
    """Run what the service `migrate` runs: the same command lines one after another, but started as one process."""
    line = re.search(r'command: \[sh, -c, "(python manage\.py migrate .+)"\]', COMPOSE)
    assert line is not None
    commands = [shlex.split(command) for command in line[1].split(" && ")]
    assert {(python, manage) for python, manage, *_words in commands} == {("python", "manage.py")}
    environment = {**environment, "DATABASE_APP_ROLE": "portal_app"}
    program = f"""
import gc
from django.core.management import execute_from_command_line
# To look for garbage among the models of migrations, which come and go by the thousand, takes a fifth of the time.
gc.disable()
for words in {[words[1:] for words in commands]!r}:
    execute_from_command_line(words)
    gc.enable()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def as_role(url: str, role: str) -> str:
    return url.replace("portal@", f"{role}@")


@pytest.fixture
def app_portal(portal: Portal) -> Iterator[Portal]:
    """A portal on a database that an older installation made as its superuser, brought to the two roles."""
    superuser = portal.env["DATABASE_URL"]
    make_roles(superuser)
    make_roles(superuser)  # again does no harm
    release({**portal.env, "DATABASE_URL": as_role(superuser, "portal_owner")})
    portal.env |= {**QUICK, "NOTICE_MODE": "team", "DATABASE_URL": as_role(superuser, "portal_app")}
    yield portal
    portal.stop()


def refused(url: str, statement: str) -> str:
    """Return the class of error that a statement ends with; "" when it is done."""
    connected = psycopg2.connect(url)
    try:
        with connected, connected.cursor() as cursor:
            cursor.execute(statement)
    except psycopg2.Error as error:
        return type(error).__name__
    finally:
        connected.close()
    return ""


def remove_a_sealed_day(portal: Portal, url: str) -> None:
    """The portal's role removes a sealed day of long ago by its command alone; and leaves a row in every table."""
    noon = datetime.datetime.combine(OLD_DAY, datetime.time(12), datetime.UTC)
    kept = AccessEvent.objects.count()
    AccessEvent.objects.create(reference="MR-2222-2222", kind=AccessKind.CASE, actor_kind=ActorKind.PATIENT, at=noon)
    program = f"""
import datetime, django; django.setup()
from requests.models import AuditCheck
from requests.services import audit_seals
first = datetime.date.fromisoformat("{OLD_DAY}")
for place in range(3):
    audit_seals.seal(first + datetime.timedelta(days=place))
assert audit_seals.remove_before(first + datetime.timedelta(days=2)) == 2
assert audit_seals.remove_before(first + datetime.timedelta(days=2)) == 0
kinds = {{fault.kind for fault in audit_seals.check()}}
assert kinds == {{audit_seals.FaultKind.SEAL_MISSING}}, kinds
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, env=portal.env, check=False
    )
    assert done.returncode == 0, done.stderr
    assert AccessEvent.objects.count() == kept
    # Neither a day that is gone, nor one that is not sealed, nor a young one.
    assert refused(url, f"SELECT requests_remove_sealed_day('{OLD_DAY}')") == "UniqueViolation"
    for day in ("2020-03-09", "2026-11-20"):
        assert refused(url, f"SELECT requests_remove_sealed_day('{day}')") == "IntegrityConstraintViolation", day
    # One that is late, for the statements that follow.
    AccessEvent.objects.create(reference="MR-2222-2222", kind=AccessKind.CASE, actor_kind=ActorKind.PATIENT, at=noon)


def test_the_portal_does_its_work_as_a_role_that_owns_nothing(app_portal: Portal, smtp_sink: MailServer) -> None:
    app_portal.start("web", "worker", "relay")
    with Visitor(app_portal.url) as visitor:
        reference = visitor.send(email="patient@example.org", condition="liver-metastases", procedure="surgery")
        mails = smtp_sink.wait_for(3)
        link, *_ = [
            found[0]
            for mail in mails
            if mail["X-Rcpt-To"] == "patient@example.org"
            for found in [re.search(r"http\S+/en/case/\S+", str(mail.get_body(("plain",)).get_content()))]  # type: ignore[union-attr]  # each has one
            if found
        ]
        link = link.replace(link.partition("/en/")[0], app_portal.url)
        assert visitor.post(link, visitor.open(link), {}).status_code == 302
        visitor.write(reference, "A question.")
    # The work of the clock: pruning, links, sessions, the documents of search.
    names = sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()})
    program = "import django; django.setup(); from celery import current_app; from portal.celery import app;"
    program += f"app.loader.import_default_modules(); [app.tasks[name]() for name in {names!r}]"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, env=app_portal.env, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Event.objects.filter(reference=reference).exists()
    assert AccessEvent.objects.filter(reference=reference, kind=AccessKind.CASE).exists()

    url = app_portal.env["DATABASE_URL"]
    remove_a_sealed_day(app_portal, url)
    for table, column in TABLES.items():
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            assert refused(url, statement) == "InsufficientPrivilege", statement
            if not statement.startswith("TRUNCATE"):
                owner = as_role(url.replace("portal_app@", "portal@"), "portal_owner")
                assert refused(owner, statement) == "IntegrityConstraintViolation", statement
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE requests_case ADD mine int",
        "DROP TRIGGER requests_event_append_only ON requests_event",
        "DELETE FROM django_migrations",
        "CREATE ROLE mine SUPERUSER",
        "SET session_replication_role = replica",
        "COPY requests_case TO PROGRAM 'true'",
    ):
        assert refused(url, statement) == "InsufficientPrivilege", statement
    assert refused(url, "UPDATE requests_case SET opened_at = now()") == ""


def test_an_empty_database_is_filled_by_the_owner(postgres_server: Postgres, tmp_path: Path) -> None:
    url = postgres_server.create_database("portal")
    make_roles(url)
    release({**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": as_role(url, "portal_owner")})
    roles = postgres_server.execute(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolpassword IS NOT NULL FROM pg_authid "
        "WHERE rolname LIKE 'portal\\_%' ORDER BY 1"
    )
    assert roles == [("portal_app", False, False, False, True), ("portal_owner", False, False, False, True)]
    owners = postgres_server.execute(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", database="portal"
    )
    assert owners == [("portal_owner",)]
    assert refused(as_role(url, "portal_app"), "SELECT count(*) FROM conditions_condition") == ""


def test_an_older_installation_gets_the_roles_as_documented(postgres_server: Postgres, tmp_path: Path) -> None:
    make_secrets, _start, make_roles_line = block(
        "An installation from before these roles gets them once:"
    ).splitlines()
    (tmp_path / ".env").write_text("DB_PASSWORD=old\n")
    subprocess.run(make_secrets.replace(".env", f"{tmp_path}/.env"), shell=True, check=True, cwd=PROJECT)
    secrets = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert sorted(secrets) == ["DB_APP_PASSWORD", "DB_OWNER_PASSWORD", "DB_PASSWORD", "REDIS_PASSWORD"]
    assert secrets["DB_PASSWORD"] == "old"

    url = postgres_server.create_database("portal")
    postgres_server.execute("CREATE TABLE older (id serial)", database="portal")
    words = make_roles_line.removeprefix("docker compose exec db ").split()
    mounted = "/docker-entrypoint-initdb.d/roles.sql"
    assert f"./deploy/postgres/roles.sql:{mounted}:ro" in COMPOSE
    here = [str(ROLES) if word == mounted else word for word in words]
    command = [*here, "-h", "127.0.0.1", "-p", str(postgres_server.port)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **secrets})
    assert refused(as_role(url, "portal_owner"), "ALTER TABLE older ADD name text") == ""
    assert refused(as_role(url, "portal_app"), "ALTER TABLE older ADD age int") == "InsufficientPrivilege"


@pytest.mark.django_db
def test_the_database_itself_refuses_to_change_what_happened() -> None:
    case = submit()
    audit.record_access(Case.objects.get(pk=case.pk), AccessKind.CASE, by=ActorKind.PATIENT)
    for model in (Event, AccessEvent):
        rows = model.objects.filter(reference=case.reference)
        assert rows.exists()
        for change in (lambda rows=rows: rows.update(reference="MR-2222-2222"), rows.delete):
            with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
                change()
    assert connection.vendor == "postgresql"
