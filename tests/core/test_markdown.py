"""Markdown is rendered safely, and citations link to their sources."""

import re

import pytest

from portal.core.text.markdown import blocks, citations, line_to_html, list_items, to_html, without_citations


def test_a_citation_links_to_its_sources() -> None:
    assert line_to_html("Often none [2, 11].", "en") == (
        'Often none<sup class="cite">\u202f[<a href="#source-2">2</a>, <a href="#source-11">11</a>]</sup>.'
    )


@pytest.mark.parametrize("text", ["1 in 10 [20].", "1 in 10[20].", "**1 in 10** [20].", "Of 10 %\n[20]."])
def test_a_citation_never_touches_what_it_supports(text: str) -> None:
    """Neither on the screen nor where the words are copied: 10 and 20 would be a power."""
    html = to_html(text, "en")
    assert '<sup class="cite">\u202f[<a href="#source-20">20</a>]</sup>.' in html
    assert "[20]" in re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    "text", ["The causes are [16]:\n\n- smoke", "The causes are [1, 16]:", "[16]: smoke and dust."]
)
def test_a_citation_stands_before_a_colon(text: str) -> None:
    assert '<a href="#source-16">16</a>]</sup>:' in to_html(text, "en")
    assert 16 in citations(text)
    assert "16" not in without_citations(text)


def test_figures_are_kept_together() -> None:
    assert to_html("For **5 days**, 1 in 7 [2].", "en").startswith(
        "<p>For <strong>5\u00a0days</strong>, 1\u00a0in\u00a07<sup"
    )
    assert line_to_html("от 2&nbsp;до 6 недель", "ru") == "от\u00a02\u00a0до\u00a06\u00a0недель"


def test_a_link_is_no_citation() -> None:
    html = to_html("[12](https://example.org/)", "en")
    assert "<sup" not in html
    assert 'rel="noopener"' in html


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
    html = to_html(hostile, "en")
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


def test_the_blocks_of_a_text_are_plain_words() -> None:
    text = "## Look\nA **short**\ntext [1].\n\n- one\n- [two](/x) [2, 3]\n\n| a | b |\n|---|---|\n| c | [4] |"
    assert [(block.kind, block.text, block.citations) for block in blocks(text)] == [
        ("heading", "Look", []),
        ("paragraph", "A short text.", [1]),
        ("item", "one", []),
        ("item", "two", [2, 3]),
        ("row", "a | b", []),
        ("row", "c | ", [4]),
    ]


def test_text_is_shown_as_it_was_typed_where_a_page_has_no_such_thing() -> None:
    assert to_html("    ![a](/x) `b`\n```", "en") == '<p>!<a href="/x" rel="noopener">a</a> `b`\n```</p>'


def test_tags_and_addresses_keep_their_spaces() -> None:
    assert to_html("For 5 days [6 weeks](</5 days>) < 7 eyes & 8", "en") == (
        '<p>For 5\u00a0days <a href="/5%20days" rel="noopener">6\u00a0weeks</a> &lt;\u00a07\u00a0eyes &amp; 8</p>'
    )
