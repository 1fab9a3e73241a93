"""Documents are found best first, whatever the order they were written in."""

import pytest

from portal.core.models import SearchDocument
from portal.core.search import fulltext

pytestmark = pytest.mark.django_db


def document(key: str, *aliases: str, text: str = "") -> SearchDocument:
    rows = [["synonym", alias] for alias in aliases]
    return SearchDocument(kind="clinic", key=key, language="en", name="Quince", aliases=rows, text=text)


def test_what_is_called_so_most_often_comes_first_and_what_only_says_so_last() -> None:
    fulltext.rebuild(
        [document("a", text="zinnia zinnia zinnia"), document("b", "zinnia"), document("c", *["zinnia"] * 3)]
    )
    assert [one.key for one in fulltext.find("zinnia", ["clinic"]).documents] == ["c", "b", "a"]


def test_of_each_kind_a_bounded_number_is_found() -> None:
    fulltext.rebuild([document(f"{number:03}", "zinnia") for number in range(50)])
    found = len(fulltext.find("zinnia", ["clinic"]).documents)
    assert fulltext.MAX_FOUND <= found <= 2 * fulltext.MAX_FOUND, "the best by name, and as many by text"
