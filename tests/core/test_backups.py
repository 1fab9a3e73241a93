"""A copy comes back whole: into an empty place, under another role, with every hash checked, or not at all."""

import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.core.backups import age, archive, databases
from requests.enums import ErasureWhy
from requests.models import Case, Document, ErasedFile
from requests.services import erasures
from tests.bucket import AWAY, keep_files_at
from tests.factories import make_document, make_photo, make_staff, submit
from tests.filling import TEMPLATE_DATABASE
from tests.releases.fill import create_database
from tests.requests.delivery import deliver_all
from tests.requests.test_sealed_estimates import final
from tests.services import Postgres, free_port
from tests.services.process import PROJECT

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

KEY = pyrage.x25519.Identity.generate()


class Installation:
    """A database of its own and a folder of files, which the models of this process use; the environment of both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"backups_{free_port()}"
        self.url = f"postgres://portal@127.0.0.1:{settings.DATABASES['default']['PORT']}/{self.name}"
        self.env = {
            **os.environ,
            "DATABASE_URL": self.url,
            "VAR_DIR": str(folder),
            "BACKUP_RECIPIENT": str(KEY.to_public()),
        }
        self.key = folder / "backup.key"
        self.key.write_text(f"# public key: {KEY.to_public()}\n{KEY}\n")


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: "DjangoDbBlocker"
) -> Iterator[Installation]:
    """An installation on PostgreSQL with a case, printed estimates, a photograph and what can be made again."""
    made = Installation(tmp_path_factory.mktemp("filled"))
    address, names = connection.settings_dict, ("PRIVATE_FILES_DIR", "KEPT_DIR", "BACKUP_RECIPIENT")
    before, name = {setting: getattr(settings, setting) for setting in names}, address["NAME"]
    files = made.folder / "files"
    with django_db_blocker.unblock():
        create_database(made.url, template=TEMPLATE_DATABASE)
        connection.close()
        address["NAME"] = made.name
        settings.PRIVATE_FILES_DIR, settings.KEPT_DIR = files, files / "kept"
        settings.BACKUP_RECIPIENT = [made.env["BACKUP_RECIPIENT"]]
        make_staff(Role.COORDINATOR)
        final(submit(name="Canary Fatima"))
        make_photo(clinic=Clinic.objects.first())
        deliver_all()
        (files / "kept").mkdir(exist_ok=True)
        (files / "kept" / "again.png").write_bytes(b"made again")
        yield made
        connection.close()
        address["NAME"] = name
        for setting, value in before.items():
            setattr(settings, setting, value)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{made.name}" WITH (FORCE)')
        connection.close()


@pytest.fixture(scope="module")
def other_server(django_db_setup: None) -> Iterator[Postgres]:
    """Another server, with no database of ours; each test makes one of another name."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


def manage(env: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *map(str, words)]
    return subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, check=False)


def backup(folder: Path) -> Path:
    """Return a copy, made in this process: one of its own takes seconds, and a test with one is enough."""
    printed = StringIO()
    call_command("backup", to=folder, stdout=printed, stderr=StringIO())
    return Path(printed.getvalue().strip())


def files_under(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and "kept" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def tables(server: Postgres, database: str) -> int:
    return len(
        server.execute("SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'", database=database)
    )


@contextmanager
def at(server: Postgres, database: str, files: Path) -> Iterator[None]:
    """The models of this process read and write another database, and another folder of files."""
    address, files_before = connection.settings_dict, settings.PRIVATE_FILES_DIR
    before = address["NAME"], address["PORT"]
    connection.close()
    address["NAME"], address["PORT"] = database, server.port
    settings.PRIVATE_FILES_DIR = files
    try:
        yield
    finally:
        connection.close()
        address["NAME"], address["PORT"] = before
        settings.PRIVATE_FILES_DIR = files_before


def refusal(copy: Path, key: Path, output: StringIO | None = None) -> str:
    """Return why a copy is not restored; in this process, since a process of its own for each takes seconds."""
    with pytest.raises(CommandError) as refused:
        call_command("restore", copy, identity=key, verify=True, no_erasures=True, stdout=output or StringIO())
    return str(refused.value)


def test_a_copy_comes_back_under_another_role_on_another_server(
    filled: Installation, other_server: Postgres, tmp_path: Path
) -> None:
    done = manage(filled.env, "backup")
    assert done.returncode == 0, done.stderr
    copy = Path(done.stdout.strip())
    assert copy.parent == filled.folder / "backups"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"marus-\d{8}T\d{6}Z\.tar\.age", copy.name)
    assert b"PGDMP" not in copy.read_bytes()
    other_server.execute("CREATE ROLE stranger LOGIN")
    other_server.execute("CREATE DATABASE back OWNER stranger TEMPLATE template0")
    url = other_server.url("back").replace("portal@", "stranger@")
    scratch = tmp_path / "files"
    left = scratch / ".restoring" / "files" / "aa"
    left.mkdir(parents=True)
    (left / "of a run that was killed").touch()
    env = {**filled.env, "DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
    without = manage(env, "restore", copy, "--identity", filled.key, "--verify")
    assert (without.returncode, "no list of erasures" in without.stderr) == (1, True)
    assert tables(other_server, "back") == 0
    done = manage(env, "restore", copy, "--identity", filled.key, "--verify", "--no-erasures")
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        "requests.Case.name: opens",
        "requests.Case.email_hash: opens",
        "requests.EstimateLine.name: opens",
        "printed estimates: opens",
        "requests.Case.wrapped_key: opens",
        "requests.TextDraft.body: nothing there to open",
        "Everything that is there opens with the keys of this environment.",
    ):
        assert line in done.stdout.splitlines()
    owners = other_server.execute(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", database="back"
    )
    assert owners == [("stranger",)]
    for table in ("requests_case", "requests_estimateline", "core_outboxitem", "accounts_user"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
            there = cursor.fetchone()
        assert other_server.execute(
            f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t", database="back"
        ) == [there]
    assert there[0] > 0
    assert files_under(scratch) == files_under(filled.folder / "files")
    assert len(files_under(scratch)) >= 2
    assert sorted(path.name for path in scratch.iterdir() if path.name in ("kept", ".restoring")) == []

    with at(other_server, "back", scratch):
        assert "The database is not empty" in refusal(copy, filled.key)
    other_server.create_database("other")
    with at(other_server, "other", scratch):
        assert "files is not empty" in refusal(copy, filled.key)
    assert tables(other_server, "other") == 0


def test_a_copy_that_is_not_whole_changes_nothing(filled: Installation, other_server: Postgres, tmp_path: Path) -> None:
    copy, key, scratch = backup(tmp_path / "backups"), tmp_path / "backup.key", tmp_path / "files"
    whole = copy.read_bytes()
    other_server.create_database("damaged")
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    with at(other_server, "damaged", scratch):
        for damaged in (bytes(changed), whole[: len(whole) // 2], whole[: -(64 << 10)], whole[:100]):
            copy.write_bytes(damaged)
            assert "The copy does not open" in refusal(copy, filled.key)
        copy.write_bytes(whole)
        key.write_text(str(pyrage.x25519.Identity.generate()))
        assert "No matching keys found" in refusal(copy, key)
        key.write_text("nothing")
        assert "holds no private key of age" in refusal(copy, key)
    assert tables(other_server, "damaged") == 0
    assert files_under(scratch) == {}


def test_a_copy_of_a_newer_release_is_refused(filled: Installation, other_server: Postgres, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('requests', '9999_future', now())")
        try:
            copy = backup(tmp_path / "backups")
        finally:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_future'")
    other_server.create_database("newer")
    with at(other_server, "newer", tmp_path / "files"):
        assert refusal(copy, filled.key) == "The copy is of a newer release: requests.9999_future is not known here."
    assert tables(other_server, "newer") == 0


def test_a_backup_that_fails_leaves_nothing_under_its_name(
    filled: Installation, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "marus-20260101T000000Z.tar.part").write_bytes(b"killed")
    done = manage({**filled.env, "PATH": "/nowhere"}, "backup", "--to", tmp_path)
    assert (done.returncode, "pg_dump is not installed" in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    settings.BACKUP_RECIPIENT = []
    with pytest.raises(CommandError, match=r"manage\.py backup_key makes a pair"):
        backup(tmp_path)
    settings.BACKUP_RECIPIENT = ["age1nonsense"]
    with pytest.raises(CommandError, match="no public key of age"):
        backup(tmp_path)


def test_a_copy_says_that_it_has_no_file_of_a_bucket(
    filled: Installation, settings: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sentence = "The files in the bucket of S3_URL are not in this copy"
    call_command("backup", to=tmp_path)
    assert sentence not in capsys.readouterr().err
    keep_files_at(settings, AWAY)
    call_command("backup", to=tmp_path / "again")
    assert sentence in capsys.readouterr().err


def restore_test(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROJECT / "bin" / "restore-test"], env=env, capture_output=True, text=True, check=False)


def databases_left() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'restore_test%'")
        return [row[0] for row in cursor.fetchall()]


def test_the_nightly_test_restores_verifies_and_cleans_up(
    filled: Installation, other_server: Postgres, settings: Settings, tmp_path: Path
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    env = {**filled.env, "TMPDIR": str(temporary)}
    done = restore_test(env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "requests.Case.name: opens" in done.stdout
    assert re.search(r"Restored: \d+ rows in \d+ tables, as many as in the copy", done.stdout)
    assert (databases_left(), list(temporary.iterdir())) == ([], [])

    other = os.environ["FIELD_KEYS"].replace("test:", "other:")
    done = restore_test({**env, "FIELD_KEYS": other})
    assert done.returncode == 1
    assert "requests.Case.name: The key ring has no key 'test'." in done.stdout
    assert (databases_left(), list(temporary.iterdir())) == ([], [])

    # The script ends with what its command says, as it just did: the other key goes to the command itself.
    copy, printed = backup(tmp_path / "backups"), StringIO()
    settings.LOOKUP_KEY = os.environ["LOOKUP_KEY"][::-1].strip("=") + "="
    other_server.create_database("looked_up")
    with at(other_server, "looked_up", tmp_path / "files"):
        assert "not everything opens" in refusal(copy, filled.key, printed)
    assert "requests.Case.email_hash: The hash was made with another LOOKUP_KEY." in printed.getvalue()


# The tables of today at once, and all migrations noted as run. `make run` goes through them on SQLite, in half a
# minute (tests/embedded); a copy takes the file as it is.
FILL_EMBEDDED = """
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from portal.accounts.models import User
from portal.core import files

settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
call_command("migrate", run_syncdb=True, verbosity=0)
settings.MIGRATION_MODULES = {}
executor = MigrationExecutor(connection)
executor.recorder.ensure_schema()
for app, name in executor.loader.disk_migrations:
    executor.recorder.record_applied(app, name)
User.objects.create_user("a@example.org", "x")
print(files.write(b"private"))
"""


def test_the_embedded_default_comes_back_too(tmp_path: Path) -> None:
    unset = ("DATABASE_URL", "FIELD_KEYS", "LOOKUP_KEY", "SECRET_KEY", "BROKER_URL", "SMTP_URL", "BACKUP_RECIPIENT")
    env = {name: value for name, value in os.environ.items() if name not in unset} | {"VAR_DIR": str(tmp_path / "var")}
    done = manage(env, "shell", "--no-imports", "-c", FILL_EMBEDDED)
    assert done.returncode == 0, done.stderr
    name = done.stdout.strip()
    done = manage(env, "backup")
    assert done.returncode == 0, done.stderr
    copy = Path(done.stdout.strip())
    assert copy.parent == tmp_path / "var" / "backups"
    back = tmp_path / "back"
    shutil.copytree(tmp_path / "var" / "keys", back / "keys")
    done = manage({**env, "VAR_DIR": str(back)}, "restore", copy, "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (back / "files" / name[:2] / name).read_bytes() == b"private"
    with closing(sqlite3.connect(back / "portal.sqlite3")) as database:
        assert database.execute("SELECT email FROM accounts_user").fetchall() == [("a@example.org",)]
    refused = manage({**env, "VAR_DIR": str(back)}, "restore", copy)
    assert (refused.returncode, "The database is not empty" in refused.stderr) == (1, True)
    done = restore_test(env)
    assert done.returncode == 0, done.stdout + done.stderr


def write_copy(path: Path, members: dict[str, bytes]) -> None:
    with (
        path.open("wb") as file,
        age.writing(file, [KEY.to_public()]) as plain,
        tarfile.open(fileobj=plain, mode="w|") as tar,
    ):
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


HEAD = b'{"format": 1, "vendor": "postgresql", "made_at": "", "migrations": [], "rows": {}}\n'
DUMP_LINE = b'["database", 4, "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"]\n'  # of b"data"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"database/000000": b"data"}, "no manifest"),
        ({"database/000000": b"dat", "manifest": HEAD + DUMP_LINE}, "database is not what the manifest says"),
        (
            {"database/000000": b"data", "files/a": b"x", "manifest": HEAD + DUMP_LINE},
            "names 0 files, the copy holds 1",
        ),
        ({"database/000000": b"data", "manifest": HEAD + DUMP_LINE + b'["files/a", 1, "x"]\n'}, "files/a is not"),
        ({"database/000000": b"data", "manifest": HEAD.replace(b"1", b"2", 1) + DUMP_LINE}, "format 2"),
        ({"../outside": b"x", "manifest": HEAD}, "outside"),
    ],
)
def test_a_copy_that_says_something_else_than_it_holds(tmp_path: Path, members: dict[str, bytes], problem: str) -> None:
    copy, folder = tmp_path / "copy", tmp_path / "folder"
    folder.mkdir()
    write_copy(copy, members)
    with pytest.raises(age.Damaged, match=problem):
        archive.unpack(copy, KEY, folder, lambda _sentence: None)
    assert not (tmp_path / "outside").exists()


def test_no_more_than_a_few_pieces_are_in_memory(tmp_path: Path) -> None:
    program = f"""
import resource, sys
from pathlib import Path
from portal.core.backups import age
import pyrage
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
key = pyrage.x25519.Identity.generate()
with open({str(tmp_path / "copy")!r}, "wb") as file, age.writing(file, [key.to_public()]) as plain:
    for _ in range(200):
        plain.write(bytes(1 << 20))
with age.reading(Path({str(tmp_path / "copy")!r}), key) as plain:
    while plain.read(1 << 20):
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40


def test_what_was_erased_after_a_copy_is_erased_again_when_it_comes_back(
    filled: Installation, other_server: Postgres, tmp_path: Path, settings: Settings
) -> None:
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    case = submit(name="Canary Erasure Restored", email="canary.restored@example.org", message="Canary secret words")
    make_document(case, data=b"%PDF-1.7 Canary paper")
    final(case)
    deliver_all()
    key = bytes(Case.objects.get(pk=case.pk).wrapped_key)
    copy = backup(tmp_path / "backups")
    erasures.erase(case, why=ErasureWhy.PATIENT)
    deliver_all()
    other_server.create_database("erased")
    scratch, output = tmp_path / "files", StringIO()
    with at(other_server, "erased", scratch):
        call_command("restore", copy, identity=filled.key, verify=True, stdout=output)
        back = Case.objects.get(pk=case.pk)
        assert (back.is_erased, back.name, back.email_hash) == (True, "", "")
        assert not Document.objects.filter(case=back).exists()
        names = set(ErasedFile.objects.filter(erasure__reference=case.reference).values_list("name", flat=True))
        assert names
        deliver_all()
        assert names.isdisjoint(path.name for path in scratch.rglob("*") if path.is_file())
        command, env = databases._command("pg_dump", ["--inserts"])
        dump = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    assert "Erased again: 1 cases" in output.getvalue()
    assert key.hex() not in dump
    assert [word for word in ("Canary Erasure", "canary.restored", "Canary secret") if word in dump] == []


def test_a_list_that_is_named_and_missing_changes_nothing(
    filled: Installation, other_server: Postgres, tmp_path: Path
) -> None:
    copy = backup(tmp_path / "backups")
    other_server.create_database("unlisted")
    with at(other_server, "unlisted", tmp_path / "files"), pytest.raises(CommandError, match="no list of erasures"):
        call_command("restore", copy, identity=filled.key, erasures=tmp_path / "none", stdout=StringIO())
    both = {"erasures": filled.key, "no_erasures": True}
    with at(other_server, "unlisted", tmp_path / "files"), pytest.raises(CommandError, match="not both"):
        call_command("restore", copy, identity=filled.key, stdout=StringIO(), **both)
    assert tables(other_server, "unlisted") == 0
