"""The editions of a condition one after another, and what is different between two of them."""

import datetime
import difflib
import re
from dataclasses import dataclass

from conditions.models import Edition
from conditions.selectors.drafts import Content, cited_texts, document_terms, place_name, upgraded

_WORDS = re.compile(r"\s+|[^\s]+")
_FIELDS = (
    "name", "plain_name", "icd10", "written_by", "written_on", "reviewed_by", "reviewed_on", "next_review_on",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One publication, as the public list shows it."""

    number: int
    published_on: datetime.date
    note: str
    is_withdrawn: bool


@dataclass(frozen=True)
class Stretch:
    """Words that stayed (``""``), were added (``"ins"``) or taken out (``"del"``)."""

    tag: str
    text: str


@dataclass(frozen=True)
class Difference:
    """What is different in one place of the page."""

    place: str
    place_name: str
    stretches: list[Stretch]


def changes(slug: str, language: str) -> list[Change]:
    """Return every edition of a condition in a language, newest first; one query."""
    rows = Edition.objects.filter(condition__slug=slug, language=language).order_by("-number")
    fields = rows.values_list("number", "published_at", "change_note", "withdrawn_at")
    return [Change(number, at.date(), note, withdrawn is not None) for number, at, note, withdrawn in fields]


def differences(old: Content, new: Content) -> list[Difference]:
    """Return what is different between two editions, place by place, in the order of the newer page."""
    old, new = upgraded(old), upgraded(new)
    before, after = _texts(old), _texts(new)
    places = [*after, *(place for place in before if place not in after)]
    pairs = ((place, before.get(place, ""), after.get(place, "")) for place in places)
    return [
        Difference(place, place_name(place, new if place in after else old), stretches(left, right))
        for place, left, right in pairs
        if left != right
    ]


def stretches(old: str, new: str) -> list[Stretch]:
    """Return two texts as one, word by word, with what was taken out and added."""
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    stretches = []
    # By default difflib takes frequent words of a long text for noise and shows them as changed.
    for kind, a, b, c, d in difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        if kind == "equal":
            stretches.append(Stretch("", "".join(left[a:b])))
        if kind in {"delete", "replace"}:
            stretches.append(Stretch("del", "".join(left[a:b])))
        if kind in {"insert", "replace"}:
            stretches.append(Stretch("ins", "".join(right[c:d])))
    return stretches


def _texts(content: Content) -> dict[str, str]:
    """Return every text of an edition by its place."""
    texts = {name: str(content.get(name) or "") for name in _FIELDS}
    texts["synonyms"] = "\n".join(content["synonyms"])
    for place, text in cited_texts(content):
        texts[place] = f"{texts[place]}\n{text}" if place in texts else text
    for need in content["document_needs"]:
        texts[f"document:{need['code']}:name"] = f"{need['name']} ({document_terms(need)})"
    sources = (f"{source['number']}. {source['title']} {source['url']}" for source in content["sources"])
    texts["sources"] = "\n".join(sources)
    return texts
