"""Restoring a backup into an empty database and an empty file store, before the first start."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pyrage.x25519 import Identity

from portal.core.backups import archive, databases

DRAFT = ".restoring"


class RestoreRefused(Exception):
    """Nothing was changed: the place is not empty, or the copy does not fit this release."""


def restore(path: Path, key: Identity, say: archive.Say) -> None:
    """Check a copy, then fill database and file store from it and bring the tables to this release.

    Raises ``RestoreRefused`` or ``Damaged`` before anything is changed, ``DatabaseProblem`` when the
    database does not take it: it stays empty then.
    """
    store = Path(settings.PRIVATE_FILES_DIR)
    refuse_filled(store)
    with _draft(store) as draft:
        manifest = archive.unpack(path, key, draft, say)
        _refuse_other(manifest)
        say(f"Restoring the database of {manifest.made_at}")
        databases.restore(draft / archive.DATABASE)
        unpacked = draft / archive.FILES
        for entry in sorted(unpacked.iterdir()) if unpacked.exists() else []:
            entry.rename(store / entry.name)
        # On the disk before anybody reads that it is restored.
        os.sync()
        _compare_rows(manifest, say)
    say("Bringing the tables to this release")
    call_command("migrate", verbosity=0, interactive=False)


def refuse_filled(store: Path) -> None:
    """Raise ``RestoreRefused`` unless both places are empty."""
    if connection.introspection.table_names():
        raise RestoreRefused("The database is not empty. Restore into a new one: nothing is ever written over.")
    if any(path.relative_to(store).parts[0] != DRAFT for path in archive.private_files()):
        raise RestoreRefused(f"{store} is not empty. Move what is there away first: nothing is ever written over.")


def _refuse_other(manifest: archive.Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise RestoreRefused(f"The copy is of {manifest.vendor}, this database is {connection.vendor}.")
    if newer := databases.unknown(manifest.migrations):
        raise RestoreRefused(f"The copy is of a newer release: {newer[0]} is not known here.")


def _compare_rows(manifest: archive.Manifest, say: archive.Say) -> None:
    rows = databases.count_rows()
    differing = [table for table in {*rows, *manifest.rows} if rows.get(table) != manifest.rows.get(table)]
    if differing:
        raise databases.DatabaseProblem(f"Other rows than in the copy: {', '.join(sorted(differing))}.")
    say(f"Restored: {sum(rows.values())} rows in {len(rows)} tables, as many as in the copy")


@contextmanager
def _draft(store: Path) -> Iterator[Path]:
    """A folder inside the store, which may be a volume of its own; what a killed run left there goes first."""
    draft = store / DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
