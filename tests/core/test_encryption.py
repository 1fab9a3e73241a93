"""What patients tell us is unreadable without the key of its case, in its place."""

import base64
import secrets
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from django.db.models import F
from pytest_django import Settings

from portal.core.encryption import primitives
from portal.core.encryption.primitives import DecryptionError
from requests.models import Case
from requests.selectors import desk
from tests.factories import submit

pytestmark = pytest.mark.django_db


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _column(case: Case, name: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM requests_case WHERE reference = %s", [case.reference])
        return bytes(cursor.fetchone()[0])


def test_a_value_comes_back_and_is_not_in_the_database() -> None:
    case = submit(name="Canary Name")
    assert Case.objects.get(pk=case.pk).name == "Canary Name"
    assert b"Canary" not in _column(case, "name")


def test_a_value_does_not_open_in_another_column() -> None:
    case = submit()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE requests_case SET name = email WHERE reference = %s", [case.reference])
    with pytest.raises(DecryptionError):
        _ = Case.objects.get(pk=case.pk).name


def test_a_value_does_not_open_in_another_row() -> None:
    first, second = submit(), submit()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE requests_case SET name = (SELECT name FROM requests_case WHERE reference = %s), sealed_key ="
            " (SELECT sealed_key FROM requests_case WHERE reference = %s) WHERE reference = %s",
            [first.reference, first.reference, second.reference],
        )
    with pytest.raises(DecryptionError):
        _ = Case.objects.get(pk=second.pk).name


def test_an_erased_key_makes_everything_unreadable() -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(wrapped_key=b"")
    with pytest.raises(DecryptionError):
        _ = Case.objects.get(pk=case.pk).email


def test_saving_an_unread_value_keeps_it() -> None:
    case = submit(name="Canary Name")
    before = _column(case, "name")
    fresh = Case.objects.get(pk=case.pk)
    fresh.save()
    assert _column(case, "name") == before


@pytest.mark.parametrize("lookup", ["name", "name__icontains", "email__exact"])
def test_an_encrypted_column_cannot_be_searched(lookup: str) -> None:
    with pytest.raises(FieldError):
        Case.objects.filter(**{lookup: "Canary"})


def test_an_encrypted_column_cannot_be_updated_in_bulk() -> None:
    case = submit()
    with pytest.raises(FieldError):
        Case.objects.filter(pk=case.pk).update(name="plain text")


TYPED = " canary.fatima@example.ORG "


@pytest.mark.parametrize(
    "condition",
    [
        {"email_hash": TYPED},
        {"email_hash__in": ["canary.omar@example.org", TYPED]},
        {"email_hash": primitives.keyed_hash(TYPED)},
        {"email_hash__in": [primitives.keyed_hash(TYPED)]},
        {"phone_hash": "+971501234567"},
        {"national_phone_hash": "+971501234567"},
    ],
)
def test_a_hash_is_found_by_what_it_is_made_of_in_any_case_and_spacing(condition: dict[str, Any]) -> None:
    case = submit(email="Canary.Fatima@Example.org", phone="+971501234567")
    other = submit(email="canary.omar@elsewhere.example", phone="+971507654321")
    assert [found.pk for found in Case.objects.filter(**condition)] == [case.pk]
    assert [found.pk for found in Case.objects.exclude(**condition)] == [other.pk]


def test_empty_text_and_columns_are_compared_with_a_hash_as_usual() -> None:
    without, case = submit(phone=""), submit(phone="+971501234567")
    assert [found.pk for found in Case.objects.filter(phone_hash="")] == [without.pk]
    assert not Case.objects.filter(national_phone_hash="no number").exists()
    assert not desk.search(Case.objects.all(), f"{desk.HIDDEN}no-hash").exists()
    same = Case.objects.filter(phone_hash=F("phone_hash"), email_hash__in=Case.objects.values("email_hash"))
    assert {found.pk for found in same} == {without.pk, case.pk}


def test_a_ring_opens_old_keys_and_wraps_with_the_first(settings: Settings) -> None:
    old, new = _key(), _key()
    settings.FIELD_KEYS = f"old:{old}"
    wrapped = primitives.new_wrapped_key()
    plain = primitives.unwrap(wrapped)
    settings.FIELD_KEYS = f"new:{new},old:{old}"
    again = primitives.rewrap(wrapped)
    settings.FIELD_KEYS = f"new:{new}"
    assert primitives.unwrap(again) == plain
    with pytest.raises(DecryptionError):
        primitives.unwrap(wrapped)


@pytest.mark.parametrize("ring", ["", "one", "one:short", f"one:{base64.b64encode(b'x' * 16).decode()}", "one:%%%"])
def test_a_broken_ring_is_refused(settings: Settings, ring: str) -> None:
    settings.FIELD_KEYS = ring
    with pytest.raises(ImproperlyConfigured):
        primitives.key_ring()
