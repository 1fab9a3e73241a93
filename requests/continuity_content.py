"""Content of a continuity pack as its form hands it to the service, and as it is kept."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from requests.enums import SignAction


@dataclass(frozen=True)
class Paper:
    """A paper that goes with a pack, with its name of then; ``translates`` is the id of its original, empty for others.

    ``is_discharge`` is true of the discharge papers and of their translations.
    """

    id: str
    name: str
    language: str = ""
    translates: str = ""
    is_discharge: bool = True


@dataclass(frozen=True)
class Medicine:
    """A medicine to take at home: its dose, how and how long; ``paper`` is the id of the paper that says so."""

    name: str
    dose: str
    how: str
    paper: str


@dataclass(frozen=True)
class Sign:
    """What to watch for, and what to do when it is there."""

    what: str
    action: SignAction
    paper: str


@dataclass(frozen=True)
class FollowUp:
    """An examination at home: on a day, or by it."""

    on: date
    is_by: bool
    what: str
    where: str
    paper: str


@dataclass(frozen=True)
class PackContent:
    """Everything that a continuity pack says; the words are the coordinator's, taken from the papers.

    ``no_medicines`` is the id of the paper that says that there are none. ``letter`` is in the language of the doctor
    at home, and empty where that is Russian, as both letters are where there is none.
    """

    patient: str = ""
    medicines: tuple[Medicine, ...] = ()
    no_medicines: str = ""
    signs: tuple[Sign, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    letter: str = ""
    letter_ru: str = ""
    papers: tuple[Paper, ...] = field(default=())

    def as_json(self) -> str:
        """Return the whole content as JSON, days in ISO 8601."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the content that was kept as JSON."""
        kept: dict[str, Any] = json.loads(text)
        return cls(
            **{name: kept[name] for name in ("patient", "no_medicines", "letter", "letter_ru")},
            medicines=tuple(Medicine(**row) for row in kept["medicines"]),
            signs=tuple(Sign(**{**row, "action": SignAction(row["action"])}) for row in kept["signs"]),
            follow_ups=tuple(FollowUp(**{**row, "on": date.fromisoformat(row["on"])}) for row in kept["follow_ups"]),
            papers=tuple(Paper(**row) for row in kept["papers"]),
        )
