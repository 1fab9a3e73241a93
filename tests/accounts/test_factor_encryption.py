"""Secrets of second factors are stored encrypted; those of an older version still open, and are encrypted by a migration."""

from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection

from portal.accounts.enums import Role
from portal.accounts.factor_encryption import PREFIX, decrypt, encrypt
from portal.accounts.models import User
from portal.core.encryption.primitives import DecryptionError
from tests.accounts.cast import enrol
from tests.accounts.way_in import code
from tests.environment import key
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

SECRET = "KLABAUTERFACTORSECRETAB234567234"
SEED = "5eedfab1e5" * 8


def stored(user: User) -> dict[str, Any]:
    """Return what the rows of a person's factors hold, by type."""
    return dict(Authenticator.objects.filter(user=user).values_list("type", "data"))


def app_of(user: User) -> Any:
    return Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).wrap()


def test_new_factors_are_encrypted_and_work() -> None:
    caches["default"].clear()
    user = make_staff(Role.COORDINATOR)
    enrol(user, SECRET)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    data = stored(user)
    assert data["totp"]["secret"].startswith(PREFIX)
    assert data["recovery_codes"]["seed"].startswith(PREFIX)
    assert app_of(user).validate_code(code(SECRET))
    assert RecoveryCodes.activate(user).validate_code(codes[3])


def test_the_migration_encrypts_what_was_stored_in_the_open() -> None:
    caches["default"].clear()
    user = make_staff(Role.COORDINATOR)
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": SEED, "used_mask": 5})
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "key", "credential": {}})
    before = RecoveryCodes.activate(user).get_unused_codes()
    assert app_of(user).validate_code(code(SECRET))
    migration = import_module("portal.accounts.migrations.0004_encrypted_factors")
    for _time in range(2):
        migration.encrypt_all(apps, connection.schema_editor())
    data = stored(user)
    assert (data["totp"]["secret"][:7], data["recovery_codes"]["seed"][:7]) == (PREFIX, PREFIX)
    assert (data["recovery_codes"]["used_mask"], data["webauthn"]) == (5, {"name": "key", "credential": {}})
    assert (decrypt(data["totp"]["secret"]), decrypt(data["recovery_codes"]["seed"])) == (SECRET, SEED)
    caches["default"].clear()
    assert app_of(user).validate_code(code(SECRET))
    assert RecoveryCodes.activate(user).get_unused_codes() == before
    migration.decrypt_all(apps, connection.schema_editor())
    assert stored(user)["totp"]["secret"] == SECRET


def test_an_older_key_of_the_ring_opens_it_and_a_strange_one_does_not(settings: Any) -> None:
    sealed = encrypt(SECRET)
    settings.FIELD_KEYS = f"new:{key(9)},{settings.FIELD_KEYS}"
    assert decrypt(sealed) == SECRET
    assert decrypt(encrypt(SECRET)) == SECRET
    settings.FIELD_KEYS = f"new:{key(9)}"
    with pytest.raises(DecryptionError):
        decrypt(sealed)


def test_a_new_wrapping_key_takes_over_second_factors(settings: Any) -> None:
    user = make_staff(Role.COORDINATOR)
    enrol(user, SECRET)
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": encrypt(SEED), "used_mask": 5})
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "key", "credential": {}})
    new = f"new:{key(9)}"
    settings.FIELD_KEYS = f"{new},{settings.FIELD_KEYS}"
    with pytest.raises(CommandError, match="Still needed: 'test'"):
        call_command("rekey", check=True, stdout=StringIO())
    call_command("rekey", stdout=StringIO())
    settings.FIELD_KEYS = new
    data = stored(user)
    assert (decrypt(data["totp"]["secret"]), decrypt(data["recovery_codes"]["seed"])) == (SECRET, SEED)
    assert (data["recovery_codes"]["used_mask"], data["webauthn"]) == (5, {"name": "key", "credential": {}})
    call_command("rekey", check=True, stdout=StringIO())


def test_a_changed_value_does_not_open() -> None:
    sealed = encrypt(SECRET)
    with pytest.raises(DecryptionError):
        decrypt(sealed[:-8] + "AAAAAAA=")
