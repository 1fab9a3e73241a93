"""Folding of text for search."""

import pytest

from conditions.folding import fold, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Liver   METASTASES ", "liver metastases"),
        ("Ёлка и Йод", "елка и иод"),
        ("أَوْرَام الكَبِدِ", "اورام الكبد"),
        ("إلى مستشفى", "الي مستشفي"),
        ("رئـــة", "ريه"),
        ("Été ﬁn", "ete fin"),
        ("straße", "strasse"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_long_query_has_few_words() -> None:
    assert tokens("a b " * 5000) == ["a", "b"] * 5
    assert len(tokens("x" * 10_000)[0]) == 200
    assert tokens(" \n ") == []
