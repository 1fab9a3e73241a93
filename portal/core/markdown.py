"""Markdown to safe HTML, with citations: ``[3]`` or ``[2, 5]`` link to the numbered sources.

A citation is shown raised and in brackets, a narrow space away from what it supports: without them
"1 in 10 [20]" reads as a power of ten, also where it is copied or read aloud. docs/decisions/0023 says more.
"""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from portal.core.typography import NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE, no_break_html

CITATION = re.compile(r"\[(\d{1,3}(?:,\s*\d{1,3})*)\](?!\()")
# What stands between the brackets of a link, which may hold one pair of its own.
LINK_TARGET = r"[^()]*(?:\([^()]*\)[^()]*)*"
TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sup",
    "br",
}
ATTRIBUTES = {"a": {"href"}, "sup": {"class"}, "th": {"scope"}}
_CITE = '<sup class="cite">'
# A run of spaces is tried from its beginning alone, else a long one would take the square of its length.
_SPACE_AND_CITE = re.compile(rf"(?<!\s)\s++{_CITE}")
_SPACE_AND_CITATION = re.compile(r"(?<!\s)\s*+" + CITATION.pattern)
_CITED = re.compile(r'(<a href="#source-\d+") rel="noopener"')


@cache
def _parser() -> MarkdownIt:
    # Nobody defines links at the end of a text, and "[16]: …" would be taken for such a definition.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
    parser.inline.ruler.before("link", "citation", _citation)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    found = CITATION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = citation_links(found[1])
    state.pos = found.end()
    return True


def citation_links(numbers: str) -> str:
    """Return the superscript links of one citation such as ``2, 5``."""
    links = (f'<a href="#source-{int(number)}">{int(number)}</a>' for number in numbers.split(","))
    # Within the mark: WeasyPrint breaks a line at its first word where a text ends in such a space.
    return f"{_CITE}{NARROW_NO_BREAK_SPACE}[{', '.join(links)}]</sup>"


def to_html(text: str, language: str) -> str:
    """Render Markdown in a language; raw HTML is escaped and whatever is left is sanitised."""
    return _finished(_parser().render(text), language)


def line_to_html(text: str, language: str) -> str:
    """Render one line of Markdown without the paragraph around it."""
    return _finished(_parser().renderInline(text), language)


def _finished(html: str, language: str) -> str:
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel="noopener").strip()
    # The links of citations stay on the page; the ``rel`` that guards links to elsewhere would only weigh.
    html = _CITED.sub(r"\1", clean.replace("&nbsp;", NO_BREAK_SPACE))
    return no_break_html(_SPACE_AND_CITE.sub(_CITE, html), language)


def citations(text: str) -> list[int]:
    """Return the numbers of the sources that a text cites, in the order of appearance."""
    return [int(number) for found in CITATION.finditer(text) for number in found[1].split(",")]


def plain(text: str) -> str:
    """Return Markdown as running words: no marks, no citations, paragraphs and list items in one line."""
    tokens = _parser().parse(without_citations(text))
    return " ".join(_words(token) for token in tokens if token.type == "inline")


def list_items(text: str) -> list[str]:
    """Return the items of every list in a text as plain words, without citations and closing marks."""
    found, opened = [], False
    for token in _parser().parse(without_citations(text)):
        if token.type == "inline" and opened:
            found.append(_words(token).rstrip(".;,،؛"))
        if token.type in {"list_item_open", "inline"}:
            opened = token.type == "list_item_open"
    return found


def _words(inline: Token) -> str:
    parts = (" " if one.type.endswith("break") else one.content for one in inline.children or ())
    return " ".join("".join(parts).split())


def without_citations(text: str) -> str:
    """Return a text with its citation marks taken out, for plain places."""
    return _SPACE_AND_CITATION.sub("", text)


def first_sentence(markdown: str) -> str:
    """Return the first sentence of a text, without citations."""
    plain = without_citations(markdown).strip().partition("\n\n")[0]
    for end in (". ", "؟ ", "。"):
        plain, mark, _rest = plain.partition(end)
        plain += mark.strip()
    return plain
