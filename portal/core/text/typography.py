"""Non-breaking spaces in figures: a number with its unit or noun, a share, a range, an amount.

Only for what is shown. Plain texts (search, descriptions, structured data, mails) keep their own spaces.
"""

import re
from collections.abc import Callable
from functools import cache

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"
WORD_JOINER = "\u2060"

_SPACE = r"[ \t\n\u00a0]+"
_FIGURE = r"(?=[A-Z]{0,3}[$€£₽¥]?\d)"
# In every language. A longer noun than this may need a line of its own on a phone with large letters.
_ANYWHERE = (
    rf"(?<=\d){_SPACE}(?=[^\W\d_]{{1,12}}(?![^\W\d_]))",
    rf"(?<=\d){_SPACE}(?=[%‰°×$€£₽])",
    rf"(?<=[×<>≤≥±≈№$€£₽]){_SPACE}(?=\d)",
    rf"(?<!\d\d\d\d)(?<=\d){_SPACE}(?=\d\d\d(?!\d))",
)
# What stands between two figures: a share, a range, a choice.
_BETWEEN = {
    "en": "in|in every|to|of|or|and",
    "ru": "из|из каждых|до|или|и",
    "ar": "من|من كل|إلى|أو",
}
# What stands before a figure and says nothing without it.
_BEFORE = {
    "en": "class|grade|stage|type",
    "ru": "от|до|из|на|за|по|со|около|класс[а-я]*|стади[а-я]*|степен[а-я]*|тип[а-я]*",
    "ar": "من|إلى|كل|أو|نحو|المرحلة|الدرجة|النوع",
}
_OTHERWISE = {
    "en": (rf"(?<=mm){_SPACE}(?=Hg)",),
    # One letter alone never ends a line; Roman numerals count stages.
    "ru": (
        rf"(?<![\w-])[авикосуя]{_SPACE}(?=[\w«(])",
        rf"(?<!\w)[IVX]{{1,4}}{_SPACE}(?=стади|степен|класс|тип)",
        rf"мм{_SPACE}рт\.(?:{_SPACE})?ст\.",
    ),
}


def no_break(text: str, language: str) -> str:
    """Return plain text with spaces that do not break inside its figures."""
    for pattern, replacement in _rules(language):
        text = pattern.sub(replacement, text)
    return text


@cache
def _rules(language: str) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str] | str]]:
    patterns = [*_ANYWHERE, *_OTHERWISE.get(language, ())]
    if language in _BETWEEN:
        between = _BETWEEN[language].replace(" ", _SPACE)
        patterns.append(rf"(?<=[\d%]){_SPACE}(?:{between}){_SPACE}{_FIGURE}")
        patterns.append(rf"(?<!\w)(?:{_BEFORE[language]}){_SPACE}(?:{_FIGURE}|(?=[IVX]+\b))")
    # A line may end after a dash, so between two figures something invisible holds it.
    return [
        (re.compile(r"(?<=\d)–(?=\d)"), f"–{WORD_JOINER}"),
        *((re.compile(pattern, re.IGNORECASE), _glued) for pattern in patterns),
    ]


def _glued(match: re.Match[str]) -> str:
    return re.sub(_SPACE, NO_BREAK_SPACE, match[0])
