"""A copy comes back whole: into an empty place, under another role, with every hash checked, or not at all."""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.core.backups import age, archive
from tests.factories import make_photo, make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.test_sealed_estimates import final
from tests.services import Portal, Postgres
from tests.services.process import PROJECT

KEY = pyrage.x25519.Identity.generate()


@pytest.fixture
def filled(portal: Portal) -> Iterator[Portal]:
    """A portal on PostgreSQL with a case, printed estimates, a photograph and what can be made again."""
    before = settings.PRIVATE_FILES_DIR
    settings.PRIVATE_FILES_DIR = portal.folder / "files"
    make_staff(Role.COORDINATOR)
    final(submit(name="Canary Fatima"))
    make_photo(clinic=Clinic.objects.first())
    deliver_all()
    (portal.folder / "files" / "kept").mkdir()
    (portal.folder / "files" / "kept" / "again.png").write_bytes(b"made again")
    portal.env["BACKUP_RECIPIENT"] = str(KEY.to_public())
    (portal.folder / "backup.key").write_text(f"# public key: {KEY.to_public()}\n{KEY}\n")
    yield portal
    settings.PRIVATE_FILES_DIR = before


def manage(env: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *map(str, words)]
    return subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True, check=False)


def backup(portal: Portal) -> Path:
    done = manage(portal.env, "backup")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def restore(portal: Portal, copy: Path, url: str, var: str = "scratch") -> subprocess.CompletedProcess[str]:
    env = {**portal.env, "DATABASE_URL": url, "VAR_DIR": str(portal.folder / var)}
    return manage(env, "restore", copy, "--identity", portal.folder / "backup.key", "--verify")


def files_under(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and "kept" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def tables(server: Postgres, database: str) -> int:
    return len(
        server.execute("SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'", database=database)
    )


def test_a_copy_comes_back_under_another_role_on_another_server(filled: Portal, postgres_server: Postgres) -> None:
    copy = backup(filled)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"marus-\d{8}T\d{6}Z\.tar\.age", copy.name)
    assert b"PGDMP" not in copy.read_bytes()
    postgres_server.execute("CREATE ROLE stranger LOGIN")
    postgres_server.execute("CREATE DATABASE back OWNER stranger TEMPLATE template0")
    url = postgres_server.url("back").replace("portal@", "stranger@")
    left = filled.folder / "scratch" / "files" / ".restoring" / "files" / "aa"
    left.mkdir(parents=True)
    (left / "of a run that was killed").touch()
    done = restore(filled, copy, url)
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
    owners = postgres_server.execute(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", database="back"
    )
    assert owners == [("stranger",)]
    for table in ("requests_case", "requests_estimateline", "core_outboxitem", "accounts_user"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
            there = cursor.fetchone()
        assert postgres_server.execute(
            f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t", database="back"
        ) == [there]
    assert there[0] > 0
    scratch = filled.folder / "scratch" / "files"
    assert files_under(scratch) == files_under(filled.folder / "files")
    assert len(files_under(scratch)) >= 2
    assert sorted(path.name for path in scratch.iterdir() if path.name in ("kept", ".restoring")) == []

    again = restore(filled, copy, url)
    assert (again.returncode, "The database is not empty" in again.stderr) == (1, True)
    postgres_server.create_database("other")
    again = restore(filled, copy, postgres_server.url("other"))
    assert (again.returncode, "files is not empty" in again.stderr) == (1, True)
    assert tables(postgres_server, "other") == 0


@contextmanager
def at(portal: Portal, server: Postgres, database: str) -> Iterator[None]:
    """The models of this process read and write another database, and another folder of files."""
    address, files = connection.settings_dict, settings.PRIVATE_FILES_DIR
    before = address["NAME"], address["PORT"]
    connection.close()
    address["NAME"], address["PORT"] = database, server.port
    settings.PRIVATE_FILES_DIR = portal.folder / "scratch" / "files"
    yield
    connection.close()
    address["NAME"], address["PORT"] = before
    settings.PRIVATE_FILES_DIR = files


def refusal(portal: Portal, copy: Path) -> str:
    """Return why a copy is not restored; in this process, since a process of its own for each takes seconds."""
    with pytest.raises(CommandError) as refused:
        call_command("restore", copy, identity=portal.folder / "backup.key", verify=True)
    return str(refused.value)


def test_a_copy_that_is_not_whole_changes_nothing(filled: Portal, postgres_server: Postgres) -> None:
    copy = backup(filled)
    whole = copy.read_bytes()
    postgres_server.create_database("back")
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    with at(filled, postgres_server, "back"):
        for damaged in (bytes(changed), whole[: len(whole) // 2], whole[: -(64 << 10)], whole[:100]):
            copy.write_bytes(damaged)
            assert "The copy does not open" in refusal(filled, copy)
        copy.write_bytes(whole)
        (filled.folder / "backup.key").write_text(str(pyrage.x25519.Identity.generate()))
        assert "No matching keys found" in refusal(filled, copy)
        (filled.folder / "backup.key").write_text("nothing")
        assert "holds no private key of age" in refusal(filled, copy)
    assert tables(postgres_server, "back") == 0
    assert files_under(filled.folder / "scratch") == {}


def test_a_copy_of_a_newer_release_is_refused(filled: Portal, postgres_server: Postgres) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('requests', '9999_future', now())")
    copy = backup(filled)
    postgres_server.create_database("back")
    with at(filled, postgres_server, "back"):
        assert refusal(filled, copy) == "The copy is of a newer release: requests.9999_future is not known here."
    assert tables(postgres_server, "back") == 0


def test_a_backup_that_fails_leaves_nothing_under_its_name(filled: Portal) -> None:
    folder = filled.folder / "backups"
    folder.mkdir()
    (folder / "marus-20260101T000000Z.tar.part").write_bytes(b"killed")
    done = manage({**filled.env, "PATH": "/nowhere"}, "backup")
    assert (done.returncode, "pg_dump is not installed" in done.stderr) == (1, True)
    assert [path.name for path in folder.iterdir()] == [".lock"]
    filled.env["BACKUP_RECIPIENT"] = ""
    assert "manage.py backup_key makes a pair" in manage(filled.env, "backup").stderr
    filled.env["BACKUP_RECIPIENT"] = "age1nonsense"
    assert "no public key of age" in manage(filled.env, "backup").stderr


def restore_test(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROJECT / "bin" / "restore-test"], env=env, capture_output=True, text=True, check=False)


def databases_left() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'restore_test%'")
        return [row[0] for row in cursor.fetchall()]


def test_the_nightly_test_restores_verifies_and_cleans_up(filled: Portal, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    filled.env["TMPDIR"] = str(temporary)
    done = restore_test(filled.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "requests.Case.name: opens" in done.stdout
    assert re.search(r"Restored: \d+ rows in \d+ tables, as many as in the copy", done.stdout)
    assert (databases_left(), list(temporary.iterdir())) == ([], [])

    other = os.environ["FIELD_KEYS"].replace("test:", "other:")
    done = restore_test({**filled.env, "FIELD_KEYS": other})
    assert done.returncode == 1
    assert "requests.Case.name: The key ring has no key 'test'." in done.stdout
    done = restore_test({**filled.env, "LOOKUP_KEY": os.environ["LOOKUP_KEY"][::-1].strip("=") + "="})
    assert (done.returncode, "requests.Case.email_hash: The hash was made with another LOOKUP_KEY." in done.stdout) == (
        1,
        True,
    )
    assert (databases_left(), list(temporary.iterdir())) == ([], [])


def test_the_embedded_default_comes_back_too(tmp_path: Path) -> None:
    unset = ("DATABASE_URL", "FIELD_KEYS", "LOOKUP_KEY", "SECRET_KEY", "BROKER_URL", "SMTP_URL", "BACKUP_RECIPIENT")
    env = {name: value for name, value in os.environ.items() if name not in unset} | {"VAR_DIR": str(tmp_path / "var")}
    assert manage(env, "migrate", "-v0").returncode == 0
    make = (
        "from portal.accounts.models import User; from portal.core import files; "
        "User.objects.create_user('a@example.org', 'x'); print(files.write(b'private'))"
    )
    name = manage(env, "shell", "--no-imports", "-c", make).stdout.strip()
    done = manage(env, "backup")
    assert done.returncode == 0, done.stderr
    copy = Path(done.stdout.strip())
    assert copy.parent == tmp_path / "var" / "backups"
    back = tmp_path / "back"
    shutil.copytree(tmp_path / "var" / "keys", back / "keys")
    done = manage({**env, "VAR_DIR": str(back)}, "restore", copy, "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (back / "files" / name[:2] / name).read_bytes() == b"private"
    count = "from portal.accounts.models import User; print(User.objects.count())"
    assert manage({**env, "VAR_DIR": str(back)}, "shell", "--no-imports", "-c", count).stdout == "1\n"
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
