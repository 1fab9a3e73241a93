"""Keys are rotated while the portal serves: a run may die at any moment, and nothing is lost."""

import base64
import secrets
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import Settings

from conditions.enums import Verdict
from conditions.models import Edition, Feedback
from portal.core.encryption import primitives, rehashing, rekeying
from portal.core.encryption.primitives import DecryptionError, keyed_hash
from requests.enums import EventKind, Flag
from requests.models import Case, Event, Submission
from requests.selectors import desk
from requests.services import links, quarantine
from requests.submission_content import Sender
from tests.factories import submit
from tests.factories.requests import EMAIL, PHONE

pytestmark = pytest.mark.django_db


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def run(command: str, **options: Any) -> str:
    output = StringIO()
    call_command(command, stdout=output, **options)
    return output.getvalue()


def feedback(text: str) -> Feedback:
    edition = Edition.objects.all()[0]
    return Feedback.objects.create(
        form_token=secrets.token_hex(8), edition=edition, language="en", verdict=Verdict.values[0], text=text
    )


@pytest.fixture
def rotated(settings: Settings) -> str:
    """Two cases and a feedback under the key ``test``, with a new key in front; returns the new part of the ring."""
    submit(name="Canary Name")
    submit(email="other@example.org")
    feedback("Canary words")
    new = f"new:{key()}"
    settings.FIELD_KEYS = f"{new},{settings.FIELD_KEYS}"
    return new


def test_everything_opens_with_the_new_key_alone(rotated: str, settings: Settings) -> None:
    with pytest.raises(CommandError, match="Still needed: 'test'"):
        run("rekey", check=True)
    output = run("rekey")
    assert "requests.Case: 2 of 2" in output
    assert "conditions.Feedback: 1 of 1" in output
    assert "'test' may be taken out of FIELD_KEYS" in output
    settings.FIELD_KEYS = rotated
    assert "Everything is under 'new'." in run("rekey", check=True)
    assert "Canary Name" in {case.name for case in Case.objects.all()}
    assert [row.text for row in Feedback.objects.all()] == ["Canary words"]


def test_a_rekey_that_was_killed_goes_on(rotated: str, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 1)
    half = rekeying.rekey()
    next(half)
    next(half)
    half.close()
    assert sorted(
        primitives.key_id(bytes(wrapped)) for wrapped in Case.objects.values_list("wrapped_key", flat=True)
    ) == [
        "new",
        "test",
    ]
    run("rekey")
    settings.FIELD_KEYS = rotated
    assert "Everything is under 'new'." in run("rekey", check=True)


def test_a_key_that_is_erased_meanwhile_stays_erased(rotated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = primitives.rewrap

    def erased_at_that_moment(wrapped: bytes) -> bytes:
        Case.objects.update(wrapped_key=b"")
        return real(wrapped)

    monkeypatch.setattr(rekeying, "rewrap", erased_at_that_moment)
    run("rekey")
    assert {bytes(wrapped) for wrapped in Case.objects.values_list("wrapped_key", flat=True)} == {b""}


def test_a_key_that_nobody_has_is_named_and_the_rest_is_done(rotated: str, settings: Settings) -> None:
    case = Case.objects.first()
    assert case is not None
    ring, settings.FIELD_KEYS = settings.FIELD_KEYS, f"lost:{key()}"
    Case.objects.filter(pk=case.pk).update(wrapped_key=primitives.new_wrapped_key())
    settings.FIELD_KEYS = ring
    with pytest.raises(CommandError, match="not in FIELD_KEYS: 'lost'"):
        run("rekey")
    assert {primitives.key_id(bytes(wrapped)) for wrapped in Case.objects.values_list("wrapped_key", flat=True)} == {
        "new",
        "lost",
    }


def test_every_column_of_wrapped_keys_is_registered() -> None:
    wrapped = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.default is primitives.new_wrapped_key
    }
    assert wrapped <= {(column.model_label, column.name) for column in rekeying.in_use()}
    assert ("requests.Case", "wrapped_key") in wrapped


def test_a_column_of_another_form_is_rotated_by_its_own_functions(
    rotated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Submission.objects.filter(pk=submit().submissions.get().pk)
    rows.update(flags={"secret": "test:sealed"})
    monkeypatch.setattr(rekeying, "_columns", [])
    rekeying.register(
        "requests.Submission",
        "flags",
        key_ids=lambda value: [value["secret"].split(":")[0]] if value else [],
        rewrap=lambda _value: {"secret": "new:sealed"},
    )
    assert "requests.Submission.flags: 1 under 'new'" in run("rekey")
    assert rows.get().flags == {"secret": "new:sealed"}


# ── LOOKUP_KEY ───────────────────────────────────────────────────────────────────────────────


def find(email: str, phone: str) -> list[int]:
    """Return how many cases each way to look somebody up finds."""
    return [
        desk.search(Case.objects.all(), email).count(),
        desk.search(Case.objects.all(), desk.hidden(email)).count(),
        desk.search(Case.objects.all(), phone).count(),
        desk.search(Case.objects.all(), desk.hidden(phone)).count(),
        desk.of_same_person(email, "").count(),
        desk.of_same_person("", phone).count(),
        Case.objects.filter(email_hash=email).count(),
        Case.objects.filter(email_hash__in=[email], phone_hash=phone, national_phone_hash__in=[phone]).count(),
    ]


def test_both_keys_find_while_the_key_is_changed_and_then_the_new_one_alone(settings: Settings) -> None:
    case = submit()
    old, new = settings.LOOKUP_KEY, key()
    settings.LOOKUP_KEY = f"{new},{old}"
    assert find(EMAIL, PHONE) == [1] * 8
    later = submit(message="Another")
    assert Case.objects.get(pk=later.pk).email_hash == keyed_hash(EMAIL)
    assert find(EMAIL, PHONE) == [2] * 8
    with pytest.raises(CommandError, match=r"Run manage\.py rehash"):
        run("rehash", check=True)
    output = run("rehash")
    assert "requests.Case: 2 of 2, 1 under an old key" in output
    assert "may be taken out of LOOKUP_KEY" in output
    settings.LOOKUP_KEY = new
    assert find(EMAIL, PHONE) == [2] * 8
    assert "0 under an old key" in run("rehash", check=True)
    links.ask(reference=case.reference, email=EMAIL)
    assert Event.objects.filter(reference=case.reference, kind=EventKind.LINK_SENT).exists()


def test_a_rehash_that_was_killed_goes_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        submit(email=f"p{number}@example.org")
    settings.LOOKUP_KEY = f"{key()},{settings.LOOKUP_KEY}"
    monkeypatch.setattr(rehashing, "BATCH", 1)
    half = rehashing.rehash()
    next(half)
    half.close()
    assert "2 under an old key" in run("rehash").splitlines()[2]
    assert {desk.of_same_person(f"p{number}@example.org", "").count() for number in range(3)} == {1}


def test_an_address_that_is_corrected_meanwhile_keeps_its_hash(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = submit()
    settings.LOOKUP_KEY = f"{key()},{settings.LOOKUP_KEY}"
    real = rehashing._hash

    def corrected_at_that_moment(field: Any, row: Any) -> str:
        found = real(field, row)
        corrected = Case.objects.get(pk=case.pk)
        corrected.email = "new@example.org"
        corrected.save(update_fields=["email", "email_hash"])
        return found

    monkeypatch.setattr(rehashing, "_hash", corrected_at_that_moment)
    run("rehash")
    assert Case.objects.get(pk=case.pk).email_hash == keyed_hash("new@example.org")


def test_limits_count_what_came_before_the_new_key(settings: Settings) -> None:
    settings.REQUEST_LIMIT_NETWORK = 2
    for number in range(2):
        submit(email=f"p{number}@example.org", network="192.0.2.7")
    settings.LOOKUP_KEY = f"{key()},{settings.LOOKUP_KEY}"
    case = submit(email="p3@example.org")
    assert Flag.NETWORK_RATE in quarantine.rate_flags(case, Sender("t", "en", "192.0.2.7", ()))


def test_an_erased_case_is_found_by_nothing(settings: Settings) -> None:
    case = submit()
    Case.objects.update(wrapped_key=b"")
    run("rehash")
    case = Case.objects.get()
    assert (case.email_hash, case.phone_hash, case.national_phone_hash) == ("", "", "")


@pytest.mark.parametrize("value", ["", "short", "%%%", f"{key()},{key()},{key()}"])
def test_broken_lookup_keys_are_refused_at_the_start(settings: Settings, value: str) -> None:
    settings.LOOKUP_KEY = value
    with pytest.raises(Exception, match="LOOKUP_KEY is one key or two"):
        keyed_hash("a@b.c")


def test_a_ring_without_the_key_stops_a_rehash(settings: Settings) -> None:
    submit()
    settings.FIELD_KEYS = f"other:{key()}"
    with pytest.raises(CommandError, match="no key 'test'") as stopped:
        run("rehash")
    assert isinstance(stopped.value.__cause__, DecryptionError)
