"""Markdown is rendered safely, and citations link to their sources."""

import pytest

from portal.core.markdown import citations, line_to_html, list_items, plain, to_html, without_citations


def test_a_citation_links_to_its_sources() -> None:
    assert line_to_html("Often none [2, 11].") == (
        'Often none <sup class="cite"><a href="#source-2" rel="noopener">2</a>, '
        '<a href="#source-11" rel="noopener">11</a></sup>.'
    )


def test_a_link_is_no_citation() -> None:
    assert "<sup" not in to_html("[12](https://example.org/)")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "<a href='data:x'>x</a>",
    ],
)
def test_markup_from_outside_does_not_get_through(hostile: str) -> None:
    html = to_html(hostile)
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html


def test_citations_are_listed_and_taken_out() -> None:
    text = "One in seven people [3]. It depends [1, 4]."
    assert citations(text) == [3, 1, 4]
    assert without_citations(text) == "One in seven people. It depends."


def test_lists_are_read_as_plain_words() -> None:
    text = "You may have:\n\n- **blurred** sight [1];\n- pain [2, 3]\n  that stays\n    - at night\n\nSee [us](/x).\n\n1. fever."
    assert list_items(text) == ["blurred sight", "pain that stays", "at night", "fever"]
    assert list_items("No list [1].") == []


def test_a_text_is_read_as_plain_words() -> None:
    assert plain("A **short** text [1].\n\n- one\n- [two](/x) [2]") == "A short text. one two"
