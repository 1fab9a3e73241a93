"""Search of the desk for whole words of a name, which the database holds as keyed hashes."""

from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.keyfile import new_key
from requests.enums import Fact
from requests.facts import as_text
from requests.models import Case
from requests.services.facts import correct
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.requests.test_admin_list import LIST, found
from tests.stored import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return staff_client(make_staff(Role.COORDINATOR))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Layla Al-Masri", ("layla", "AL-MASRI", "masri layla", " Layla  Al Masri ")),
        ("أحمد إبراهيم", ("احمد", "إبراهيم أحمد", "اَحْمَد")),
        ("Семён Лёвин", ("семен", "ЛЁВИН", "Левин Семён")),
        ("José Núñez", ("jose nunez", "NÚÑEZ")),
    ],
)
def test_search_by_whole_words_of_a_name(client: Client, name: str, typed: tuple[str, ...]) -> None:
    case = submit(name=name)
    submit(name="Somebody Else", email="two@example.org")
    for term in typed:
        assert found(client, f"?q={quote(term)}") == [case.reference]
    for term in (name.split(maxsplit=1)[0][:-1], f"{name} Else", "Masr"):
        assert found(client, f"?q={quote(term)}") == []


def test_the_name_of_the_patient_finds_as_that_of_the_writer(client: Client) -> None:
    case = submit(name="Layla Haddad", for_whom="someone_else")
    case.patient_name = "Huda Salem"
    case.save()
    for term in ("Huda", "layla", "huda layla"):
        assert found(client, f"?q={quote(term)}") == [case.reference]


def test_a_corrected_name_is_found_and_the_one_before_is_not(client: Client, coordinator: User) -> None:
    case = submit(name="Layla Haddad")
    held = as_text(case, Fact.NAME)
    correct(case=case, fact=Fact.NAME, values={"name": "Lamia Haddad"}, shown=held, by=coordinator)
    assert (found(client, "?q=Lamia"), found(client, "?q=Layla")) == ([case.reference], [])


def test_a_reference_of_letters_is_found_beside_names(client: Client) -> None:
    case, other = submit(name="Layla Haddad"), submit(name="Anna Haddad")
    Case.objects.filter(pk=case.pk).update(reference="MR-ANNA-KWXZ")
    for term in ("mr-anna-kwxz", "annakwxz", "KWXZ"):
        assert found(client, f"?q={term}") == ["MR-ANNA-KWXZ"]
        response = client.post(f"{LIST}find/", {"term": term})
        assert found(client, "?" + response["Location"].partition("?")[2]) == ["MR-ANNA-KWXZ"]
    assert set(found(client, "?q=anna")) == {"MR-ANNA-KWXZ", other.reference}


def test_no_name_stands_in_an_address_line_or_readable_in_the_database(client: Client) -> None:
    case = submit(name="Layla Haddad")
    for term in ("Layla", "haddad layla"):
        response = client.post(f"{LIST}find/", {"term": term})
        for word in ("layla", "haddad"):
            assert word not in response["Location"].lower()
        assert case.reference in client.get(response["Location"]).content.decode()
    [row] = rows_of("requests_case")
    assert "layla" not in row.lower()
    assert b"layla".hex() not in row.lower()


def test_nonsense_for_a_hidden_name_finds_nothing(client: Client) -> None:
    submit()
    for term in ("~n:", "~n:%", "~n:_", f"~n:{'0' * 63}", "~n:a.b_c:MR-2222-2222"):
        assert found(client, f"?q={quote(term)}") == []


def test_names_of_cases_that_were_there_before_are_hashed_by_rehash(client: Client, settings: Settings) -> None:
    case = submit(name="Layla Haddad")
    Case.objects.update(name_hashes="", patient_name_hashes="")
    assert found(client, "?q=layla") == []
    for _ in range(2):
        call_command("rehash", verbosity=0, stdout=StringIO())
    assert found(client, "?q=layla") == [case.reference]
    settings.LOOKUP_KEY = f"{new_key()},{settings.LOOKUP_KEY}"
    assert found(client, "?q=layla") == [case.reference]
    Case.objects.update(wrapped_key=b"")
    call_command("rehash", verbosity=0, stdout=StringIO())
    assert found(client, "?q=layla") == []
