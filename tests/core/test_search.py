"""Documents are found best first, whatever the order they were written in."""

import pytest

from portal.core import search
from portal.core.models import SearchDocument

pytestmark = pytest.mark.django_db


def document(key: str, *aliases: str, text: str = "") -> SearchDocument:
    rows = [["synonym", alias] for alias in aliases]
    return SearchDocument(kind="clinic", key=key, language="en", name="Quince", aliases=rows, text=text)


def test_what_is_called_so_most_often_comes_first_and_what_only_says_so_last() -> None:
    search.rebuild(
        [document("a", text="zinnia zinnia zinnia"), document("b", "zinnia"), document("c", *["zinnia"] * 3)]
    )
    assert [one.key for one in search.find("zinnia", ["clinic"]).documents] == ["c", "b", "a"]


def test_of_each_kind_a_bounded_number_is_found() -> None:
    search.rebuild([document(f"{number:03}", "zinnia") for number in range(50)])
    found = len(search.find("zinnia", ["clinic"]).documents)
    assert search.MAX_FOUND <= found <= 2 * search.MAX_FOUND, "the best by name, and as many by text"
