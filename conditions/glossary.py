"""Terms explained in place: where one first stands on a page, its meaning opens under it, without a script.

The meaning is a popover (HTML standard). A browser that has none shows it after the term, and so does paper.
"""

import re

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

# A tag with its end, or a stretch of text.
_PIECES = re.compile(r"<[^<>]+>|[^<]+")
_RUSSIAN = re.compile("[а-яё]{5,}", re.IGNORECASE)
_SHORT = 3
WORD_JOINER = "\u2060"
_CLOSED = ("a", "button", "h2", "h3", "h4")


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

    def explain(self, html: str) -> str:
        """Return safe HTML with the terms that stand in it for the first time made to open."""
        pieces, depth = [], 0
        for piece in _PIECES.findall(html):
            if piece.startswith("<"):
                depth += _step_into(piece)
                pieces.append(piece)
            else:
                pieces.append(piece if depth else self._explained(piece))
        return "".join(pieces)

    def _explained(self, text: str) -> str:
        for term in list(self.waiting):
            match = re.search(_pattern(escape(term)), text, re.IGNORECASE)
            if match:
                before, after = text[: match.start()], text[match.end() :]
                # The terms before and after this one are looked for too; never inside its meaning.
                button = self._button(match[0], self.waiting.pop(term))
                # A browser may break the line beside a button, even before a bracket.
                glue = WORD_JOINER if after and not after[0].isspace() else ""
                return self._explained(before) + button + glue + self._explained(after)
        return text

    def _button(self, term: str, meaning: str) -> str:
        self.count += 1
        anchor = f"term-{self.count}"
        # The sign of the closing button is drawn by the stylesheet: it is no word of the page.
        return (
            f'<button type="button" class="term" popovertarget="{anchor}">{term}</button>'
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


def _step_into(tag: str) -> int:
    """Return how a tag changes the depth in elements that must hold no button."""
    name = tag.strip("</>").split(maxsplit=1)[0]
    if name not in _CLOSED:
        return 0
    return -1 if tag.startswith("</") else 1
