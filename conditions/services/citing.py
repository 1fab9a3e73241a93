"""Paragraphs, list items and table rows that ought to end in a citation and do not."""

import re

from portal.core.text.markdown import Block, blocks

# A figure is a number of its own; CA19-9, ICD-10 and Y-90 are names.
_FIGURE = re.compile(r"(?<![\w-])\d")
# What may stand after the citation at the end.
_CLOSING = '.,;:!?*_)»”"’؟؛،。'


def uncited(markdown: str, *, every_block: bool) -> list[str]:
    """Return the words of the blocks without a citation at the end that need one.

    Blocks with a figure always need one, with ``every_block`` all of them do. A line that only
    leads to the list below it ("The risks are:") does not.
    """
    return [
        block.text
        for block in blocks(markdown)
        if block.kind != "heading"
        and (every_block or _FIGURE.search(block.text))
        and not block.text.endswith((":", "："))
        and not _ends_in_citation(block)
    ]


def _ends_in_citation(block: Block) -> bool:
    for token in reversed(block.tokens):
        if token.type == "citation":
            return True
        if any(not sign.isspace() and sign not in _CLOSING for sign in token.content):
            return False
    return False
