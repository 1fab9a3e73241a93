"""The words of an estimate are sealed, also those that the release before stored readable."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.core.encryption import sealing
from portal.core.encryption.primitives import DecryptionError
from requests.models import Case, Estimate, EstimateLine
from requests.pdf import estimates as pdf
from requests.services import estimates
from requests.services.estimates import FinalTerms, issue, line_by_hand
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

WORDS = ("glimmerwump", "глиммервамп", "frobnitz", "quibblesnort", "wibbleflop", "snicklefritz", "blatherskite")
COLUMNS = {
    "requests_estimate": ("included", "excluded", "how_we_are_paid"),
    "requests_estimateline": ("name", "name_ru", "unit", "unit_ru", "included", "excluded"),
}


def final(case: Case) -> Estimate:
    """Issue an estimate with a canary in each place where words can stand."""
    Case.objects.filter(pk=case.pk).update(status="offers_in")
    lines = [
        line_by_hand(
            name=f"Glimmerwump {number}",
            name_ru=f"Глиммервамп {number}",
            unit="frobnitz",
            unit_ru="frobnitz",
            amount_from=Decimal(100),
            currency="USD",
            quantity=number,
            included="quibblesnort",
            excluded="wibbleflop",
        )
        for number in (1, 2)
    ]
    terms = FinalTerms(
        timezone.now().date() + timedelta(days=30), "snicklefritz", included="quibblesnort", excluded="blatherskite"
    )
    return issue(case=case, lines=lines, terms=terms, by=make_staff(Role.LEAD))


def stored() -> str:
    """Return everything that the tables of estimates hold, as text."""
    return "\n".join(row for table in COLUMNS for row in rows_of(table)).casefold()


def make_plain() -> None:
    """Store every estimate as the release before did."""
    for model, table in ((Estimate, "requests_estimate"), (EstimateLine, "requests_estimateline")):
        for row in list(model._base_manager.all()):
            words = {name: getattr(row, name) for name in COLUMNS[table]}
            columns = ", ".join(f"{name} = %s, sealed_{name} = NULL" for name in words)
            key = model._meta.pk.get_db_prep_value(row.pk, connection)
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {columns} WHERE id = %s", [*words.values(), key])


def page(case: Case, version: int = 1) -> str:
    client: Client = patient_of(case)
    return client.get(f"/en/case/{case.reference}/estimates/{version}/").content.decode()


def seal(**options: Any) -> str:
    output = StringIO()
    call_command("seal", stdout=output, **options)
    return output.getvalue()


def test_no_word_of_an_estimate_is_readable_in_the_database() -> None:
    case = submit()
    final(case)
    assert [word for word in WORDS if word in stored()] == []
    assert [word for word in WORDS if word not in page(case).casefold()] == []


def test_words_do_not_open_in_another_line() -> None:
    estimate = final(submit())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE requests_estimateline SET sealed_name = (SELECT sealed_name FROM requests_estimateline"
            ' WHERE "order" = 0) WHERE "order" = 1'
        )
    first, second = Estimate.objects.get(pk=estimate.pk).lines.all()
    assert first.name == "Glimmerwump 1"
    with pytest.raises(DecryptionError):
        _ = second.name


def test_readable_rows_print_the_same_before_and_after_they_are_sealed() -> None:
    case = submit()
    estimate = final(case)
    deliver_all()
    estimate.refresh_from_db()
    printed, kept = pdf.render(estimate), (estimate.pdf_name, estimate.pdf_sha256)
    document = page(case)
    assert estimates.read_pdf(estimate) == printed
    make_plain()
    assert [word for word in WORDS if word not in stored()] == []
    assert page(case) == document
    with pytest.raises(CommandError, match=r"Run manage\.py seal"):
        seal(check=True)
    output = seal()
    assert "1 of 1 estimates sealed" in output
    assert "2 of 2 estimate lines sealed" in output
    assert [word for word in WORDS if word in stored()] == []
    assert page(case) == document
    again = Estimate.objects.get(pk=estimate.pk)
    assert (pdf.render(again), (again.pdf_name, again.pdf_sha256)) == (printed, kept)
    assert estimates.read_pdf(again) == printed
    assert seal(check=True) == "Nothing is readable.\n"


def test_a_run_that_was_killed_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    case = submit()
    final(case)
    make_plain()
    monkeypatch.setattr(sealing, "BATCH", 1)
    run = sealing.seal()
    next(run)
    next(run)
    run.close()
    assert sealing.unsealed() == {EstimateLine: 1}
    assert "glimmerwump 2" in page(case).casefold()
    assert "1 of 1 estimate lines sealed" in seal()
    assert sealing.unsealed() == {}


def test_a_missing_key_stops_and_loses_nothing(settings: Settings) -> None:
    case = submit()
    final(case)
    make_plain()
    ring, settings.FIELD_KEYS = settings.FIELD_KEYS, f"other-{settings.FIELD_KEYS}"
    with pytest.raises(CommandError, match=f"no key '{ring.partition(':')[0]}'"):
        seal()
    settings.FIELD_KEYS = ring
    assert [word for word in WORDS if word not in stored()] == []


def test_nothing_is_left_of_an_erased_case() -> None:
    case = submit()
    final(case)
    make_plain()
    Case.objects.update(wrapped_key=b"")
    seal()
    assert [word for word in WORDS if word in stored()] == []
    assert EstimateLine.objects.all()[0].name == ""


def test_finance_reads_sealed_lines() -> None:
    estimate = final(submit())
    text = staff_client(make_staff(Role.LEAD)).get(f"/admin/requests/estimate/{estimate.pk}/change/").content.decode()
    assert [word for word in ("Glimmerwump 1", "snicklefritz", "blatherskite") if word not in text] == []
