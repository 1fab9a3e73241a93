"""Paragraphs and list items that ought to end in a citation and do not."""

import re
from collections.abc import Iterator

from portal.core.markdown import CITATION, LINK_TARGET

# A figure is a number of its own; CA19-9, ICD-10 and Y-90 are names.
_FIGURE = re.compile(r"(?<![\w-])\d")
_LINK_TARGET = re.compile(rf"\]\({LINK_TARGET}\)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_ENDS_IN_CITATION = re.compile(CITATION.pattern + r"[\s.,;:!?*_)»”\"’؟؛،。]*$")


def blocks(markdown: str) -> Iterator[str]:
    """Yield each paragraph, list item and table row of a text, without headings."""
    block: list[str] = []
    for line in [*markdown.splitlines(), ""]:
        starts_anew = not line.strip() or _ITEM.match(line) or line.startswith(("#", "|"))
        if starts_anew and block:
            yield " ".join(block)
            block = []
        if line.strip() and not line.startswith("#") and not re.fullmatch(r"[|\s:-]+", line):
            block.append(_ITEM.sub("", line).strip().strip("|").strip())


def has_figure(block: str) -> bool:
    """Whether a block states a number, citations and addresses apart."""
    return _FIGURE.search(CITATION.sub("", _LINK_TARGET.sub("]", block))) is not None


def uncited(markdown: str, *, every_block: bool) -> list[str]:
    """Return the blocks without a citation at the end that need one.

    Blocks with a figure always need one, with ``every_block`` all of them do. A line that only
    leads to the list below it ("The risks are:") does not.
    """
    return [
        block
        for block in blocks(markdown)
        if (every_block or has_figure(block))
        and not block.endswith((":", "："))
        and not _ENDS_IN_CITATION.search(block)
    ]
