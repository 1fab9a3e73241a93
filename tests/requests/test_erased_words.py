"""Proof that nothing readable is left of an erased case: in the tables, the store, the mails, the log and the caches.

Sealed words would not be found by their letters even in a case that stands, so what is searched for are the sealed bytes
themselves and the keys, beside the words.
"""

import logging
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.core.cache import caches
from django.db import connection, models
from pytest_django import Settings

from portal.accounts.models import User
from portal.core.encryption.fields import EncryptedTextField, KeyedHashField
from requests.enums import ErasureWhy
from requests.models import Case, HandoverNote
from requests.services import erasing, erasures
from tests.requests.delivery import deliver_all
from tests.requests.test_erasures import _everything, full

__all__ = ["full"]
pytestmark = pytest.mark.django_db
WORD = "Zwiebelcanary"
# Sealed under a key that no case has: of an account, of a page of ours, and of the desk, which goes with the cases it names.
OTHER_KEYS = {"EmailChange", "Feedback", "HandoverNote"}


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.ERASURES_FILE = tmp_path / "list" / "erasures.jsonl"
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def columns_of(model: type[models.Model], *kinds: type[models.Field]) -> list[str]:  # type: ignore[type-arg]
    return [str(field.column) for field in model._meta.fields if isinstance(field, kinds)]


def sealed_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if columns_of(model, EncryptedTextField)]


def test_every_sealed_model_goes_with_its_case_or_has_a_key_of_its_own() -> None:
    lost = {model.__name__ for model in sealed_models() if model is not Case and not erasing._path_to_case(model)}
    assert lost == OTHER_KEYS


def plant(case: Case) -> set[str]:
    """Write the word into each sealed column of each row of a case; return the models that have one."""
    planted = set()
    for model in sealed_models():
        path = "pk" if model is Case else erasing._path_to_case(model)
        if not path:
            continue
        for row in model._base_manager.filter(**{path: case.pk}):
            names = [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]
            for name in names:
                setattr(row, name, f"{WORD} {model.__name__} {name}")
            models.Model.save(row, update_fields=names)
            planted.add(model.__name__)
    return planted


def sealed_bytes() -> set[bytes]:
    """Return what stands sealed or hashed in the tables of cases."""
    values = set()
    for model in apps.get_models():
        names = columns_of(model, EncryptedTextField, KeyedHashField)
        if not names or not (model is Case or erasing._path_to_case(model)):
            continue
        with connection.cursor() as cursor:
            quoted = ", ".join(connection.ops.quote_name(name) for name in names)
            cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(model._meta.db_table)}")
            for row in cursor.fetchall():
                values |= {value.encode() if isinstance(value, str) else bytes(value) for value in row if value}
    return {value for value in values if len(value) > 8}


def test_no_sealed_value_no_key_and_no_word_is_left(
    full: Case, coordinator: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    note = HandoverNote.objects.create(author=coordinator, body=WORD)
    note.cases.add(full)
    planted = plant(full)
    assert planted >= {"Case", "Submission", "Document", "Note", "Estimate", "EstimateLine", "Brief", "Offer"}
    case = Case.objects.get(pk=full.pk)
    before = {*sealed_bytes(), bytes(case.wrapped_key), bytes(case.data_key())}
    stored = {path.read_bytes()[:200] for path in settings.PRIVATE_FILES_DIR.rglob("*") if path.is_file()}
    assert (len(before) > 20, len(stored) >= 2) == (True, True)
    assert all(value in _everything() for value in before - {bytes(case.data_key())})

    erasures.erase(case, why=ErasureWhy.PATIENT)
    deliver_all()

    rows = _everything()
    assert [value for value in before if value in rows] == []
    assert WORD.encode() not in rows
    assert "canary.fatima" not in rows.decode(errors="replace").casefold()
    assert [path for path in settings.PRIVATE_FILES_DIR.rglob("*") if path.is_file()] == []
    listed = settings.ERASURES_FILE.read_text()
    assert (case.reference in listed, WORD in listed, "Fatima" in listed) == (True, False, False)
    # Neither before nor afterwards: logs and caches never hold a word of a case.
    assert (WORD in caplog.text, "Fatima" in caplog.text) == (False, False)
    for name in configured.CACHES:
        assert WORD not in str(getattr(caches[name], "_cache", ""))
