"""Markdown as blocks and as safe HTML, with citations: ``[3]`` or ``[2, 5]`` link to the numbered sources.

A citation is shown raised and in brackets, a narrow space away from what it supports: without them
"1 in 10 [20]" reads as a power of ten, also where it is copied or read aloud. docs/decisions/0023 says more.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_core.text_join import text_join
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from portal.core.text.typography import NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE, no_break

CITATION = re.compile(r"\[(\d{1,3}(?:,\s*\d{1,3})*)\](?!\()")
# A run of spaces is tried from its beginning alone, else a long one would take the square of its length.
_SPACE_AND_CITATION = re.compile(r"(?<!\s)\s*+" + CITATION.pattern)
# Nobody defines links at the end of a text, and "[16]: …" would be taken for such a definition.
_UNUSED_RULES = ["backticks", "code", "fence", "image", "reference"]
TAGS = {
    "p", "ul", "ol", "li", "strong", "em", "a", "h2", "h3", "h4", "blockquote", "table", "thead", "tbody", "tr", "th", "td",
    "sup", "br", "button", "span",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "rel"},
    "sup": {"class"},
    "button": {"type", "class", "popovertarget", "popovertargetaction", "aria-label"},
    "span": {"popover", "class", "id"},
}


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or table row of a text: what readers, the gate and the lint all see.

    An item is its first paragraph, one more below it is a paragraph. ``list_number`` counts the lists of a text from
    1, nested ones too; it is 0 for everything but items. ``inlines`` are tokens of the parser, with the lines where
    they stand (``map``); only a row has several: its cells.
    """

    kind: Literal["heading", "paragraph", "item", "row"]
    inlines: list[Token]
    list_number: int = 0

    @property
    def tokens(self) -> list[Token]:
        """What stands in the block, in its order."""
        return [token for inline in self.inlines for token in inline.children or ()]

    @property
    def text(self) -> str:
        """The words, without marks and citations and in one line; between cells stands a bar."""
        cells = ("".join(token.content for token in inline.children or ()) for inline in self.inlines)
        return " | ".join(" ".join(cell.split()) for cell in cells)

    @property
    def citations(self) -> list[int]:
        """The numbers of the sources that the block cites, in the order of appearance."""
        return [number for token in self.tokens for number in token.meta.get("sources", ())]


def blocks(text: str) -> list[Block]:
    """Return the blocks of Markdown in their order, as its HTML has them."""
    return _blocks(_parser().parse(text))


def to_html(text: str, language: str, change: Callable[[Block], None] | None = None) -> str:
    """Render Markdown in a language; raw HTML is escaped and whatever is left is sanitised.

    ``change`` may replace the tokens of each block before.
    """
    return _rendered(_parser().parse(text), language, change)


def line_to_html(text: str, language: str) -> str:
    """Render one line of Markdown without the paragraph around it."""
    return _rendered(_parser().parseInline(text), language)


def citations(text: str) -> list[int]:
    """Return the numbers of the sources that a text cites, in the order of appearance."""
    return [number for block in blocks(text) for number in block.citations]


def list_items(text: str) -> list[str]:
    """Return the items of every list in a text as plain words, without citations and closing marks."""
    return [block.text.rstrip(".;,،؛") for block in blocks(text) if block.kind == "item"]


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


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(_UNUSED_RULES)
    parser.inline.ruler.before("link", "citation", _citation)
    parser.core.ruler.at("text_join", _join_text)
    parser.add_render_rule("citation", _citation_html)
    parser.add_render_rule("link_open", _link_html)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    citation = CITATION.match(state.src, state.pos)
    if citation is None:
        return False
    if not silent:
        state.push("citation", "", 0).meta = {"sources": [int(number) for number in citation[1].split(",")]}
    state.pos = citation.end()
    return True


def _join_text(state: StateCore) -> None:
    """Make one token of the text between two marks, across ends of lines; a citation brings its own space."""
    for inline in state.tokens:
        for token in inline.children or ():
            if token.type in {"softbreak", "hardbreak"}:
                token.content = "\n"
            if token.type == "softbreak":
                token.type = "text"
    text_join(state)
    for inline in state.tokens:
        for before, token in pairwise(inline.children or ()):
            if token.type == "citation" and before.type == "text":
                before.content = before.content.rstrip()


def _citation_html(
    _renderer: RendererHTML, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
) -> str:
    links = (f'<a href="#source-{number}">{number}</a>' for number in tokens[idx].meta["sources"])
    # Within the mark: WeasyPrint breaks a line at its first word where a text ends in such a space.
    return f'<sup class="cite">{NARROW_NO_BREAK_SPACE}[{", ".join(links)}]</sup>'


def _link_html(renderer: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    # Those of citations stay on the page and need none.
    tokens[idx].attrSet("rel", "noopener")
    return renderer.renderToken(tokens, idx, options, env)


def _blocks(tokens: Iterable[Token]) -> list[Block]:
    parts: list[Block] = []
    lists: list[int] = []
    count = 0
    kind: Literal["heading", "paragraph", "item", "row"] = "paragraph"
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                count += 1
                lists.append(count)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                kind = "item"
            case "heading_open":
                kind = "heading"
            case "tr_open":
                kind = "row"
                parts.append(Block("row", []))
            case "list_item_close" | "tr_close":
                kind = "paragraph"
            case "inline" if kind == "row":
                parts[-1].inlines.append(token)
            case "inline":
                parts.append(Block(kind, [token], lists[-1] if kind == "item" else 0))
                kind = "paragraph"
    return parts


def _rendered(tokens: list[Token], language: str, change: Callable[[Block], None] | None = None) -> str:
    for block in _blocks(tokens):
        for token in block.tokens:
            if token.type == "text":
                token.content = no_break(token.content, language)
        if change:
            change(block)
    parser = _parser()
    html = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}), tags=TAGS, attributes=ATTRIBUTES, link_rel=None
    )
    return html.strip().replace("&nbsp;", NO_BREAK_SPACE)
