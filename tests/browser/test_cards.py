"""Cards in a list: level in a row, with the gap that the list sets and no other."""

import pytest

from tests.browser.pages import View, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a card of a list adds to the gap that the list sets.
ADDED = """[...document.querySelectorAll(':is(.grid, .card-list) > .card')]
  .map(card => getComputedStyle(card).marginBlockStart)"""


@pytest.mark.parametrize("name", ["home", "conditions", "journey", "case"])
def test_only_the_list_sets_the_gap_between_cards(visit: Visit, name: str) -> None:
    page = visit(name, View("en", "light", 1280))
    assert set(page.evaluate(ADDED)) == {"0px"}
