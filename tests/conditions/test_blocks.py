"""Readers, the gate, the lint and the glossary see the same blocks, however a text is typed."""

from html.parser import HTMLParser

import pytest

from conditions import readability
from conditions.glossary import Explainer
from conditions.models import Condition
from conditions.readability import lint, reading, words
from conditions.services import gate
from conditions.services.citing import uncited
from portal.core.text.markdown import blocks, to_html, without_citations

type Blocks = list[tuple[str, str]]

KINDS = {"h2": "heading", "h3": "heading", "h4": "heading", "p": "paragraph", "li": "item", "tr": "row"}
TYPED: dict[str, tuple[str, Blocks]] = {
    "nested lists": (
        "Call us for:\n- pain\n    1. at night\n    2. at rest [1]\n- fever [2]",
        [("paragraph", "Call us for:"), ("item", "pain"), ("item", "at night"), ("item", "at rest"), ("item", "fever")],
    ),
    "lazy continuation": (
        "- pain that\nstays [1]\n\n> Rest and\nwait 5 days.",
        [("item", "pain that stays"), ("paragraph", "Rest and wait 5 days.")],
    ),
    "a list in a quote": (
        "> He said:\n> - rest\n> - drink [3]\n\nSo do it.",
        [("paragraph", "He said:"), ("item", "rest"), ("item", "drink"), ("paragraph", "So do it.")],
    ),
    "a loose list of two paragraphs": (
        "* pain [1]\n\n  It may stay.\n\n* fever",
        [("item", "pain"), ("paragraph", "It may stay."), ("item", "fever")],
    ),
    "a list that a quote and a heading begin": (
        "- > rest\n- ### Later\n  walk",
        [("item", "rest"), ("heading", "Later"), ("paragraph", "walk")],
    ),
    "an item without words": ("- pain\n-\n\nAnd more.", [("item", "pain"), ("paragraph", "And more.")]),
    "a table": (
        "| Stage | Living |\n|---|---:|\n| I | **9** in 10 [1] |\nThen [see](/x).",
        [("row", "Stage | Living"), ("row", "I | 9 in 10"), ("row", "Then see. | ")],
    ),
    "hard breaks": ("One\\\ntwo  \nthree [1].", [("paragraph", "One two three.")]),
    "headings of either kind": (
        "Causes\n---\n#### Smoke ####\nOften none [1].",
        [("heading", "Causes"), ("heading", "Smoke"), ("paragraph", "Often none.")],
    ),
    "indented": ("    pain [1]\n\n\tfever", [("paragraph", "pain"), ("paragraph", "fever")]),
    "escaped": (r"\- no item, \[1\] & no <b>source</b>", [("paragraph", "- no item, [1] & no <b>source</b>")]),
    "emphasis and links": (
        "*Pain*,**fever**: [see *us*](/x_(y) 'title')[1, 2]",
        [("paragraph", "Pain,fever: see us")],
    ),
    "Arabic": (
        "الأسباب **كثيرة** [2]:\n- التدخين؛\n- العمر [1]\n\n> بعد 5 أيام",
        [("paragraph", "الأسباب كثيرة:"), ("item", "التدخين؛"), ("item", "العمر"), ("paragraph", "بعد 5 أيام")],
    ),
}


class Reader(HTMLParser):
    """What a reader of HTML gets: (kind, words) of each block, without citations and meanings of terms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: Blocks = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_begun = bool(self.found) and self.found[-1][0] == "item" and not self.found[-1][1].strip()
        if tag in KINDS and not (tag == "p" and is_begun):
            self.found.append((KINDS[tag], ""))
        elif tag in {"td", "th"}:
            self.handle_data("|")
        self.hidden += tag in {"sup", "span"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"sup", "span"}
        if tag in {"li", "h3"}:  # what follows within the item around it
            self.found.append(("paragraph", ""))

    def handle_data(self, data: str) -> None:
        if self.found and not self.hidden:
            kind, text = self.found[-1]
            self.found[-1] = (kind, text + data.replace("\u2060", ""))

    def blocks(self) -> Blocks:
        cells = ((kind, text.strip().removeprefix("|").split("|")) for kind, text in self.found)
        found = [(kind, " | ".join(" ".join(cell.split()) for cell in row)) for kind, row in cells]
        return [(kind, text) for kind, text in found if text]


@pytest.fixture(params=TYPED.values(), ids=list(TYPED))
def typed(request: pytest.FixtureRequest) -> tuple[str, Blocks]:
    """A text and its blocks."""
    found: tuple[str, Blocks] = request.param
    return found


def body(found: Blocks) -> list[str]:
    return [text for kind, text in found if kind != "heading"]


def test_readers_see_the_blocks(typed: tuple[str, Blocks]) -> None:
    text, expected = typed
    assert [(block.kind, block.text) for block in blocks(text)] == expected
    assert Reader(to_html(text, "en")).blocks() == expected


def test_the_gate_sees_the_blocks(typed: tuple[str, Blocks]) -> None:
    text, expected = typed
    assert uncited(without_citations(text), every_block=True) == [one for one in body(expected) if one[-1] != ":"]
    cited = [block.text for block in blocks(text) if block.citations]
    assert uncited(text, every_block=True) == [one for one in body(expected) if one[-1] != ":" and one not in cited]


@pytest.mark.django_db
def test_the_gate_shows_the_words_of_a_block(condition: Condition) -> None:
    text, expected = TYPED["Arabic"]
    condition.sections.filter(kind="outlook").update(body_en=without_citations(text))
    [line] = [one for one in gate.check(condition, "en") if one.code == "citations"]
    shown = (f"Outlook: “{one}”" for one in body(expected) if one[-1] != ":")
    assert line.message == f"End in a citation: {'; '.join(shown)}."


def test_the_lint_sees_the_blocks(typed: tuple[str, Blocks], monkeypatch: pytest.MonkeyPatch) -> None:
    text, expected = typed
    monkeypatch.setattr(readability, "MAX_WORDS", 0)
    found = [one.words for one in lint("what", text, "en")]
    assert " ".join(found).replace(":", "") == " ".join(body(expected)).replace(":", "")
    assert reading("what", text, "en").words == sum(len(words(one)) for one in body(expected))


def test_the_lint_counts_each_list_alone() -> None:
    text = "- a\n- b\n    - c\n    - d\n- e\n\n  f\n\n- g\n- h\n\n> * i\n> * j"
    assert lint("what", text, "en") == []
    [finding] = lint("what", text.replace("- h", "- h\n- k\n- l"), "en")
    assert (finding.advice, finding.words) == ("A list of 7 items; 6 are enough.", "a")


def test_the_glossary_sees_the_blocks(typed: tuple[str, Blocks]) -> None:
    text, expected = typed
    explainer = Explainer([(words(one)[0], "meaning") for one in body(expected)], "en")
    html = to_html(text, "en", explainer.explain)
    assert explainer.waiting == {}
    assert Reader(html).blocks() == expected
    assert html.count('class="term"') == explainer.count


def test_a_term_opens_where_it_is_whole() -> None:
    explainer = Explainer([("lymph node", "a gland")], "en")
    text = "## Lymph node\nA lymph **node**, [a lymph node](/x), *a lymph\nnode* and a lymph node."
    assert to_html(text, "en", explainer.explain).partition('<span popover=""')[0] == (
        "<h2>Lymph node</h2>\n<p>A lymph <strong>node</strong>, "
        '<a href="/x" rel="noopener">a lymph node</a>, '
        '<em>a <button type="button" class="term" popovertarget="term-1">lymph\nnode</button>'
    )
