"""Comparison of names of people across scripts and spellings: can they be the same person's?

Names are compared as they sound, not as they are written: Жанна, Zhanna and Janna are one name, and so are محمد and
Mohamed, whose vowels Arabic does not write. It errs towards asking: two names that differ in one word are different,
since brothers and sisters share all others.
"""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import permutations

from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler, Levenshtein

# Names have few words; of what has more the rest is cut, because every order is tried.
MOST_WORDS = 5
MOST_LETTERS = 200
# Similarity (0 to 1) from which two words with the same consonants, or long ones with nearly the same, may be one.
LIKE, MUCH_LIKE, LONG = 0.75, 0.93, 8
# Sounds up to which the vowels say who it is.
SHORT = 4
# Letters of the shortest name that is looked for in a text, and of the longest ending that a case may add to one.
SHORTEST, LONGEST_ENDING = 3, 2

_NOBODY = re.compile(
    r"anon(ym\w*|im\w*)?|de?identified|hidden|masked|no|name|none|null|unknown|unnamed|neizvestn\w*|patient|patsient"
    r"|patsiyent|subject|test|phantom|fantom|case|id|na|x+|bez|imeni"
)
_TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "hajj", "haji"}
# "Son of", "daughter of" and articles, which some write and others leave out.
_PARTICLES = {
    "al", "el", "bin", "ibn", "bint", "ogly", "oglu", "ogli", "ugli", "ugly", "uly", "uli", "kyzy", "kizi", "qizi",
    "gizi", "qyzy",
}  # fmt: skip
_ABJAD = re.compile(r"[\u0590-\u08ff\ufb1d-\ufefc]")  # scripts that do not write their vowels: Hebrew, Arabic
_SYLLABLES = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # Chinese, Japanese, Korean
_HANGUL = re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")
_ARTICLE = re.compile(r"^ال(?=\w{3})(?!له)")
_G = re.compile(r"^g(?=[aeiou])")
_BEARS_A_VOWEL = "اأإآٱعא"
_PREFIXES = "وفبلك"
_LONG_VOWELS = str.maketrans("wy", "ui")
# What a long vowel is written with in Latin letters; "ei" and its like are long for sure.
_MAY_SOUND = {"i": "ie", "u": "uo", "a": "aeo", "e": "ie", "o": "uo"}
_LONG_I = re.compile(r"[ae][iy]|ee")
_CONSONANT_AND_VOWELS = re.compile(r"(^|[^aeiou])([aeiou]*)")
_AZERBAIJANI = str.maketrans("Əə", "Aa")
_APOSTROPHES = re.compile(r"['’‘ʻʼ`´ʹьъЬЪ]")
_WORD = re.compile(r"[^\W\d_]+")
_DIACRITICS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u0670]")
# Cyrillic and Arabic that a device wrote without saying so.
_CODE_PAGES = ("cp1251", "cp1256")

# One sound, whatever it is written with. In this order.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^abd[aeu]l(?=.)", "abd"),
        (r"shch|sch|sh", "s"),
        (r"tch|chr", lambda found: "kr" if found[0] == "chr" else "c"),
        (r"ch|c(?=[eiy])", "C"),
        (r"c", "k"),
        (r"C", "c"),
        (r"dzh|dj|zh", "j"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"tz", "ts"),
        (r"q", "k"),
        (r"w", "v"),
        (r"x", "ks"),
        (r"ou|oo|uu", "u"),
        (r"e(y|i)?e(?=v)", "e"),
        (r"ee", "i"),
        (r"^[yi]e", "e"),
        (r"^i(?=[aou])", "y"),
        (r"(?<=[^aeiouy])yo", "e"),
        (r"(?<=.)y", "i"),
        (r"[ae]i(?=$|[^aeiou])", "i"),
        (r"^yi?(?![aeiou])", "i"),
        (r"iu(?=$|[^aeiou])", "u"),
        (r"(?<=[aeiou])h$", ""),
        (r"d$", "t"),
        (r"(.)\1+", r"\1"),
    )
]
_FAMILY_OF_HER = re.compile(r"(ov|ev|in|sk)(a|aia|aa|ia)$")
_FAMILY_OF_HIS = re.compile(r"(ov|ev|in|sk)i?$")


class Match(Enum):
    """How two names compare."""

    SAME = "same"
    PERHAPS = "perhaps"
    DIFFERENT = "different"
    NOT_SAID = "not_said"


@dataclass(frozen=True)
class _Word:
    """A word of a name in Latin letters; ``is_abjad`` when its short vowels were not written."""

    latin: str
    is_abjad: bool = False
    is_initial: bool = False
    is_korean: bool = False

    @cached_property
    def sounds(self) -> set[str]:
        """How it may sound: J and X are read in two ways each, and Russian writes the H of neighbours as G."""
        ways = {self.latin, self.latin.replace("j", "y"), self.latin.replace("x", "kh"), _G.sub("h", self.latin)}
        return {_sound(way) for way in ways}


def compare(written: str, known: Iterable[str]) -> Match:
    """Say whether a name from a header of DICOM may be one of the ``known`` names: the best of all comparisons.

    ``NOT_SAID`` where the header is empty or made anonymous, or nothing is known.
    """
    names = [words for name in known if (words := _words(name))]
    readings = [words for name in _readings(written) if (words := _words(name))]
    found = {_compared(one, other) for one in readings for other in names}
    return next((match for match in (Match.SAME, Match.PERHAPS, Match.DIFFERENT) if match in found), Match.NOT_SAID)


def named_in(text: str, names: Iterable[str]) -> list[str]:
    """Return the words of a text that may be a word of one of the names, in whatever script and case, each once.

    It errs towards finding: an ordinary word that sounds like a name is found too. Initials are not looked for.
    """
    known = [word for name in names for word in _words(name) if len(word.latin) >= SHORTEST]
    whole = {name.replace(" ", "") for name in names if _SYLLABLES.search(name)}
    named = [name for name in whole if len(name) > 1 and name in text.replace(" ", "")]
    parts = dict.fromkeys(_WORD.findall(_DIACRITICS.sub("", unicodedata.normalize("NFKC", text))))
    long_enough = [part for part in parts if len(part) >= SHORTEST]
    named += [part for part in long_enough if _names_one_of(part, known)]
    return named


def _names_one_of(part: str, known: list[_Word]) -> bool:
    # In Arabic "and", "for", "by" are letters before the word.
    readings = [part, part[1:]] if part[0] in _PREFIXES and len(part) > SHORTEST else [part]
    words = [word for reading in readings for word in _transliterated(reading) if len(word.latin) >= SHORTEST]
    return any(_likeness(word, name) == 2 or _is_form_of(word, name) for word in words for name in known)


def _is_form_of(word: _Word, name: _Word) -> bool:
    """Whether a word is a name in one of the cases that Russian has: Anna, Anny, Annoi."""
    if word.is_abjad or name.is_abjad or len(name.latin) <= SHORTEST:
        return False
    return any(
        written.startswith(nominative[:-1]) and -1 <= len(written) - len(nominative) <= LONGEST_ENDING
        for written in (word.latin, *word.sounds)
        for nominative in (name.latin, *name.sounds)
    )


def _readings(written: str) -> list[str]:
    """Return what a header may mean: names in two scripts stand beside each other, and old devices name no code page."""
    readings = [part for part in written.split("=") if part.strip()]
    for part in tuple(readings):
        for code_page in _CODE_PAGES:
            with suppress(UnicodeError):
                if not part.isascii():
                    readings.append(part.encode("latin-1").decode(code_page))
    return readings


def _words(name: str) -> list[_Word]:
    """Return the words of a name; none where it says that it is nobody's."""
    bare = _APOSTROPHES.sub("", _DIACRITICS.sub("", unicodedata.normalize("NFKC", name[:MOST_LETTERS]))).translate(
        _AZERBAIJANI
    )
    words = [word for part in _WORD.findall(bare) for word in _transliterated(part)]
    words = [word for word in words if word.latin not in _TITLES]
    if all(_NOBODY.fullmatch(word.latin) for word in words):
        return []
    # "Abd" is half a name.
    joined: list[_Word] = []
    for word in words:
        if joined and joined[-1].latin in ("abd", "abdul", "abdel", "bd"):
            joined[-1] = _Word(joined[-1].latin[:3] + word.latin, word.is_abjad)
        elif word.latin not in _PARTICLES:
            joined.append(word)
    return joined[:MOST_WORDS]


def _transliterated(part: str) -> list[_Word]:
    part = _ARTICLE.sub("", part)
    latin = re.sub(r"[^A-Za-z]", "", anyascii(part))
    if _SYLLABLES.search(part):
        is_korean = bool(_HANGUL.search(part))
        syllables = re.findall(r"[A-Z][a-z]*|[a-z]+", latin)
        return [_Word(syllable.lower(), is_korean=is_korean) for syllable in syllables]
    is_abjad = bool(_ABJAD.search(part))
    if is_abjad and latin:
        # W and Y are long vowels behind the first letter, H is silent at the end; what bears a vowel begins with one.
        start = "a" if part[0] in _BEARS_A_VOWEL else latin[0]
        latin = start + latin.lower().removeprefix(start).removesuffix("h").translate(_LONG_VOWELS)
    return [_Word(latin.lower(), is_abjad, len(part) == 1)] if latin else []


def _compared(one: list[_Word], other: list[_Word]) -> Match:
    few, many = sorted((one, other), key=len)
    alike = [[_likeness(word, another) for another in many] for word in few]
    orders = permutations(range(len(many)), len(few))
    pairs = ([row[place] for row, place in zip(alike, order, strict=True)] for order in orders)
    best = max(pairs, key=lambda likeness: (sum(map(bool, likeness)), sum(likeness)))
    if all(best):
        is_sure = min(best) == 2 and (len(few) > 1 or len(many) == 1)
        return Match.SAME if is_sure else Match.PERHAPS
    if len(few) < len(many) and _joined(few) & _joined(many):
        return Match.SAME
    # Koreans write their names in Latin letters as they please: Park, Bak, Pak.
    return Match.PERHAPS if any(word.is_korean for word in few + many) else Match.DIFFERENT


def _joined(words: list[_Word]) -> set[str]:
    """Return a name with nothing between its words, in every order: Wang Xiaoming is Wang Xiao Ming."""
    return {_sound("".join(word.latin for word in order)) for order in permutations(words)}


def _likeness(one: _Word, other: _Word) -> int:
    """Return 2 for words that sound the same, 1 for those that may be one name, and 0."""
    if one.is_initial or other.is_initial:
        return int(any(a[:1] == b[:1] for a in one.sounds for b in other.sounds))
    if one.sounds & other.sounds:
        return 2
    if one.is_abjad != other.is_abjad:
        bare, voiced = (one, other) if one.is_abjad else (other, one)
        return 2 * any(_is_voiced(a, b, voiced.latin) for a in bare.sounds for b in voiced.sounds)
    return int(any(_is_like(a, b) for a in one.sounds for b in other.sounds))


def _is_voiced(bare: str, voiced: str, latin: str) -> bool:
    """Whether a word without short vowels, such as hsin, can be one that has them, such as husein: hasan is none."""
    ours, theirs = (_CONSONANT_AND_VOWELS.findall(sound.replace("z", "d")) for sound in (bare, voiced))
    if [consonant for consonant, _ in ours] != [consonant for consonant, _ in theirs]:
        return False
    if bool(ours[0][1]) != bool(theirs[0][1]):  # Ahmad begins with a vowel, Hamid does not
        return False
    if _LONG_I.search(latin) and "i" not in bare:
        return False
    return all(
        not long or any(letter in sounds for letter in _MAY_SOUND[long[-1]])
        for (consonant, long), (_, sounds) in zip(ours, theirs, strict=True)
        if consonant
    )


def _is_like(one: str, other: str) -> bool:
    if _family(one) and _family(one) == _family(other):
        return True
    if one.endswith("a") != other.endswith("a"):  # his and hers: Oleg, Olga
        return False
    similarity = JaroWinkler.similarity(one, other)
    few, many = _consonants(one), _consonants(other)
    if few == many and min(len(one), len(other)) <= SHORT:
        return one.replace("o", "u") == other.replace("o", "u")  # Omar, Umar; but Dana, Dina
    if few == many:
        return similarity >= LIKE
    is_long = min(len(one), len(other)) >= LONG
    return is_long and similarity >= MUCH_LIKE and Levenshtein.distance(few, many) == 1


def _family(sound: str) -> str:
    """Return what a Slavic family name is for him and her alike; nothing for other words."""
    hers = _FAMILY_OF_HER.search(sound)
    his = _FAMILY_OF_HIS.search(sound)
    return f"{sound[: found.start()]}{found[1]}" if (found := hers or his) else ""


def _sound(latin: str) -> str:
    for pattern, sound in _SOUNDS:
        latin = pattern.sub(sound, latin)
    return latin


def _consonants(sound: str) -> str:
    """Return the consonants of a word, with a mark where it begins with a vowel; what is written once or twice is one."""
    bare = re.sub(r"[aeiou]+", "", sound[1:])
    start = "-" if sound[:1] in "aeiou" else sound[:1]
    return re.sub(r"(.)\1+", r"\1", start + bare)
