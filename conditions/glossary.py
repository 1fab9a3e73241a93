"""Terms explained in place: where one first stands on a page, its meaning opens under it, without a script.

The meaning is a popover (HTML standard). A browser that has none shows it after the term, and so does paper.
"""

import re

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it.token import Token

from portal.core.text.markdown import Block

# The stem of a shorter word begins too many others: рак, раковина.
_RUSSIAN = re.compile("[а-яё]{5,}", re.IGNORECASE)
# A shorter word is an abbreviation: CT is not to be found in CTs.
_SHORT = 3
WORD_JOINER = "\u2060"


def terms(text: str) -> list[tuple[str, str]]:
    """Return (term, meaning) of a glossary with one ``term = meaning`` a line."""
    pairs = (line.partition("=") for line in text.splitlines())
    return [(term.strip(), meaning.strip()) for term, _sign, meaning in pairs if term.strip() and meaning.strip()]


class Explainer:
    """Explains each term once, in the order in which the texts of a page pass through; ``language`` is theirs."""

    def __init__(self, glossary: list[tuple[str, str]], language: str) -> None:
        self.waiting = dict(glossary)
        self.count = 0
        with override(language):
            self.close = escape(_("Close"))

    def explain(self, block: Block) -> None:
        """Make the terms open that stand in a block for the first time; never inside a link or a heading."""
        if block.kind == "heading":
            return
        for inline in block.inlines:
            children, is_link = [], False
            for token in inline.children or ():
                if token.tag == "a":
                    is_link = token.nesting == 1
                if token.type == "text" and not is_link:
                    children += self._explained(token.content)
                else:
                    children.append(token)
            inline.children = children

    def _explained(self, text: str) -> list[Token]:
        for term in list(self.waiting):
            match = re.search(_pattern(term), text, re.IGNORECASE)
            if match:
                before, after = text[: match.start()], text[match.end() :]
                # The terms before and after this one are looked for too; never inside its meaning.
                button = self._button(match[0], self.waiting.pop(term))
                # A browser may break the line beside a button, even before a bracket.
                glue = WORD_JOINER if after and not after[0].isspace() else ""
                opened = Token("html_inline", "", 0, content=button + glue)
                return [*self._explained(before), opened, *self._explained(after)]
        return [Token("text", "", 0, content=text)]

    def _button(self, term: str, meaning: str) -> str:
        self.count += 1
        anchor = f"term-{self.count}"
        # The sign of the closing button is drawn by the stylesheet: it is no word of the page.
        return (
            f'<button type="button" class="term" popovertarget="{anchor}">{escape(term)}</button>'
            f'<span popover class="meaning" id="{anchor}">{escape(meaning)}<button type="button" class="close"'
            f' popovertarget="{anchor}" popovertargetaction="hide" aria-label="{self.close}"></button></span>'
        )


def _pattern(term: str) -> str:
    """Return what finds a term as it stands in a sentence: an English plural, a Russian case."""
    return rf"(?<!\w){r'\s+'.join(map(_word, term.split()))}(?!\w)"


def _word(word: str) -> str:
    if _RUSSIAN.fullmatch(word):
        return re.escape(word.rstrip("аеёийоуыьэюя")) + "[а-яё]{0,4}"
    if word.isascii() and word.isalpha() and len(word) > _SHORT:
        return re.escape(word.removesuffix("s")) + "(?:s|es)?"
    return re.escape(word)
