"""Which treatments the first request shows: those of the illness, and those already chosen."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

URL = "/en/requests/new/"


def offered(html: str) -> set[str]:
    return set(re.findall(r'<input type="checkbox" name="procedure" value="([\w-]+)"', html))


def test_the_treatments_of_the_illness_are_shown(client: Client) -> None:
    page = client.get(f"{URL}?condition=cataract").content.decode()
    assert "cataract-surgery" in offered(page)
    assert "chemotherapy" not in offered(page)


def test_a_chosen_one_stays_and_without_an_illness_nothing_else_is_shown(client: Client) -> None:
    assert offered(client.get(f"{URL}?procedure=surgery").content.decode()) == {"surgery"}
    page = client.get(URL).content.decode()
    assert offered(page) == set()
    assert "Treatments you want a price for" not in page, "nothing is asked that cannot be answered"


def test_a_form_that_comes_back_keeps_what_was_ticked(client: Client) -> None:
    answer = client.post(URL, {"condition": "cataract", "procedure": ["surgery", "cataract-surgery"]})
    html = answer.content.decode()
    assert {"surgery", "cataract-surgery"} <= offered(html)
    assert len(re.findall(r'name="procedure" value="[\w-]+"[^>]* checked', html)) == 2
