"""Folding of text for search."""

import pytest

from portal.core.text.normalise import normalise, query_words, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Liver   METASTASES ", "liver metastases"),
        ("Ёлка и Йод", "елка и йод"),
        ("أَوْرَام الكَبِدِ", "اورام الكبد"),
        ("إلى مستشفى", "الي مستشفي"),
        ("رئـــة", "ريه"),
        ("Été ﬁn", "ete fin"),
        ("straße", "strasse"),
    ],
)
def test_normalise(text: str, folded: str) -> None:
    assert normalise(text) == folded


def test_a_long_query_has_few_words() -> None:
    assert query_words("a b " * 5000) == ["a", "b"] * 5
    assert len(query_words("x" * 10_000)[0]) == 200
    assert query_words(" \n ") == []


def test_words_are_bare_and_codes_whole() -> None:
    assert tokens("«Берёза», non-Hodgkin (C78.7)") == ["береза", "non", "hodgkin", "c78.7"]
