"""Content of a brief as it is kept: texts in the patient's language and in that of the doctors, JSON and back."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from requests.enums import BriefPart

# Nobody is older in a brief: so few people are that an age would say who it is.
OLDEST = 90


@dataclass(frozen=True)
class Pair:
    """The same words in the patient's language (``own``) and in the other one."""

    own: str = ""
    other: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said in either language."""
        return not (self.own or self.other)

    @property
    def is_whole(self) -> bool:
        """Whether it is said in both languages, or in neither."""
        return bool(self.own) == bool(self.other)


@dataclass(frozen=True)
class HistoryEntry:
    """Something that happened, in a month (``2024-03``) or a year (``2024``)."""

    when: str
    what: Pair


@dataclass(frozen=True)
class FreeSection:
    """A section that the coordinator added."""

    title: Pair
    text: Pair


@dataclass(frozen=True)
class Paper:
    """A paper of the checklist, or one that the patient does not have.

    ``month`` (``2024-03``) is that in which its images were made, or in which it came to us (``is_received``).
    """

    name: Pair
    month: str = ""
    is_received: bool = False
    is_missing: bool = False


@dataclass(frozen=True)
class BriefContent:
    """Everything that a brief says; ``years`` is the age, at most ``OLDEST``, ``country`` ISO 3166-1."""

    years: int | None = None
    sex: str = ""
    country: str = ""
    condition: Pair = Pair()
    icd10: str = ""
    ecog: str = ""
    parts: dict[str, Pair] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)
    sections: list[FreeSection] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)

    def part(self, part: BriefPart) -> Pair:
        """Return the text of a part."""
        return self.parts.get(part.value, Pair())

    def to_json(self) -> str:
        """Return it as JSON, the same for the same content."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @property
    def sha256(self) -> str:
        """The hash of everything that it says, 64 hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def from_json(text: str) -> BriefContent:
    """Return the content that ``to_json`` wrote."""
    raw: dict[str, Any] = json.loads(text)
    return BriefContent(
        **{name: raw[name] for name in ("years", "sex", "country", "icd10", "ecog")},
        condition=Pair(**raw["condition"]),
        parts={name: Pair(**pair) for name, pair in raw["parts"].items()},
        history=[HistoryEntry(row["when"], Pair(**row["what"])) for row in raw["history"]],
        sections=[FreeSection(Pair(**row["title"]), Pair(**row["text"])) for row in raw["sections"]],
        papers=[
            Paper(Pair(**row["name"]), row["month"], row["is_received"], row["is_missing"]) for row in raw["papers"]
        ],
    )
