"""The installation of the release before, restored from tests/releases/before.tar.xz."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from requests.models import CaseLink
from tests.releases.fill import create_database
from tests.services import free_port
from tests.services.postgres import find_binaries
from tests.services.process import PROJECT

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

OURS = ("portal.", "conditions.", "clinics.", "requests.")
ARCHIVE = Path(__file__).parent / "before.tar.xz"


class Installation:
    """A database and a folder of files; the models of this process read and write them."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = json.loads((folder / "facts.json").read_text())
        self.env = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(folder)}
        command: list[Any] = [find_binaries() / "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error"]
        subprocess.run([*command, "--dbname", url, folder / "database.dump"], check=True)

    def migrate(self) -> None:
        """Run `manage.py migrate` as an administrator does, checks and all; the output of one that fails is shown."""
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input"],
            cwd=PROJECT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: "DjangoDbBlocker"
) -> Iterator[Installation]:
    """The installation of the release before, with the tables and the rows of then until somebody asks for `upgraded`."""
    tmp_path = tmp_path_factory.mktemp("release")
    with tarfile.open(ARCHIVE) as tar:
        tar.extractall(tmp_path, filter="data")
    name = f"release_{free_port()}"
    url = f"postgres://portal@127.0.0.1:{settings.DATABASES['default']['PORT']}/{name}"
    create_database(url)
    restored = Installation(url, tmp_path)
    before = connection.settings_dict["NAME"], settings.PRIVATE_FILES_DIR
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"], settings.PRIVATE_FILES_DIR = name, tmp_path / "files"
        ContentType.objects.clear_cache()
        yield restored
        connection.close()
        connection.settings_dict["NAME"], settings.PRIVATE_FILES_DIR = before
        ContentType.objects.clear_cache()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.close()


@pytest.fixture(scope="module")
def planned(installation: Installation) -> list[Migration]:
    """Our migrations that the release before does not have."""
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _is_backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    return [migration for migration in plan if type(migration).__module__.startswith(OURS)]


@pytest.fixture(scope="module")
def upgraded(installation: Installation, planned: list[Migration]) -> Installation:
    """The same installation after `migrate`; a test that changes a row takes that back, or comes last."""
    installation.migrate()
    # The archive grows older than a link lives.
    CaseLink.objects.update(created_at=timezone.now())
    return installation
