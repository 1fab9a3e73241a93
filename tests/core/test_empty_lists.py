"""An empty list of the admin says what would be here and what to do next: at first, filtered to nothing, searched to nothing."""

import html
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit

pytestmark = pytest.mark.django_db

# Their lists are pages of their own.
PAGES = {
    "requests.MoneyRules": "opens its only row",
    "requests.PriceTakeover": "says that it is empty in test_price_takeovers",
}
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.label not in PAGES), key=lambda model: model._meta.label
)
# Unfold's own words.
NOT_OURS = ("yielded", "No results found", "Reset filters")


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model._meta.label)
def model(request: pytest.FixtureRequest) -> type[models.Model]:
    found: type[models.Model] = request.param
    return found


def page_of(client: Client, model: type[models.Model], query: str = "") -> tuple[str, Any]:
    """Return the list of a model as it is read, and its context."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    response = client.get(address + query)
    page = html.unescape(response.content.decode())
    assert response.status_code == 200
    assert not [words for words in NOT_OURS if words in page]
    return page, response.context["cl"]


def test_every_list_says_what_would_be_in_it_and_how_to_see_more(
    model: type[models.Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = staff_client(make_staff(*Role, email="boss@example.org"))
    page_admin = admin.site.get_model_admin(model)
    adds = f"Add {model._meta.verbose_name}"
    monkeypatch.setattr(page_admin, "get_queryset", lambda request: model._default_manager.none())
    page, changelist = page_of(client, model)
    assert (str(page_admin.empty_list) in page, "fits</h2>" in page) == (True, False)
    assert (adds in page) == page_admin.has_add_permission(changelist_request(client))
    if page_admin.search_fields:
        page, _ = page_of(client, model, "?q=nothing+is+called+so")
        assert "search: “nothing is called so”" in page
        assert "Clear the search</a>" in page
    for spec in changelist.filter_specs:
        # The values of a column that is empty are none to choose from.
        choice = next((one for one in list(spec.choices(changelist))[::-1] if not one["selected"]), None)
        if choice is None:
            continue
        page, _ = page_of(client, model, choice["query_string"])
        assert f"{spec.title}: {choice['display']}" in page
        assert "Clear the filters</a>" in page
    if page_admin.date_hierarchy:
        page, _ = page_of(client, model, f"?{page_admin.date_hierarchy}__year=2001")
        assert "the days chosen above the list" in page


def changelist_request(client: Client) -> Any:
    """Return a request of the one who is signed in."""
    return client.get("/admin/").wsgi_request


@pytest.mark.parametrize("term", ["nobody@example.org", "Nobody Known"])
def test_a_name_or_an_address_that_was_searched_for_is_not_written_out(term: str) -> None:
    submit()
    client = staff_client(make_staff(*Role, email="boss@example.org"))
    found = client.post("/admin/requests/case/find/", {"term": term}, follow=True)
    page = found.content.decode()
    assert "search: the name, address or number that you typed" in page
    assert term not in page
