"""Parser of the Markdown file of a condition in one language: front matter, then sections with their ids."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from conditions.enums import SectionKind
from conditions.selectors.drafts import DOCUMENT_PARTS, TREATMENT_PARTS
from portal.core.content.content_files import ContentError, Entry
from portal.core.text.markdown import citations

MATTER = (
    "name", "plain_name", "synonyms", "summary", "key_facts", "questions", "documents", "glossary", "change_note",
)  # fmt: skip
_HEADING = re.compile(r"(#{2,3}) +(.*)")


@dataclass
class Part:
    """A section, a treatment or a part of one: where it stands in the file, heading and text."""

    line: int
    heading: str
    text: str = ""


@dataclass(frozen=True)
class ConditionText:
    """One language of a condition. Sections are keyed by id, parts of treatments by (slug, part)."""

    path: Path
    matter: Entry
    sections: dict[str, Part]
    treatments: dict[str, Part]
    parts: dict[tuple[str, str], Part]

    def documents(self) -> dict[str, Entry]:
        """Return the papers of the checklist by code: name, reason, how to get or send it."""
        place = "front matter, documents"
        rows = Entry(self.matter.row.get("documents") or {}, self.path, place).row
        known = ("name", *DOCUMENT_PARTS)
        return {str(code): Entry(row, self.path, f"{place}, {code}", known) for code, row in rows.items()}

    def fault(self, line: int, sentence: str) -> ContentError:
        """Return the error that names a line."""
        return ContentError(self.path, f"line {line}", sentence)


def read(path: Path, *, source_count: int) -> ConditionText:
    """Read a file and check its shape; raises ``ContentError`` with file and line."""
    matter, body, first_line = _split(path)
    text = ConditionText(path, matter, {}, {}, {})
    part: Part | None = None
    treatment = ""
    emergency = SectionKind.EMERGENCY.value
    for number, line in enumerate(body.splitlines(), start=first_line):
        if heading := _heading(line):
            hashes, title, key = heading
            if hashes == "###" and not key and part is not None and part is text.sections.get(emergency):
                # The card of emergencies alone has sub-headings; they belong to its text.
                part.text += line + "\n"
            elif hashes == "##":
                part, treatment = _start_section(text, number, title, key)
            else:
                part = _start_part(text, number, title, key, treatment)
        elif part is not None:
            part.text += line + "\n"
        elif line.strip():
            raise text.fault(number, "this text stands before the first “## Heading {id}”.")
    _trim_and_check(text, source_count)
    return text


def _heading(line: str) -> tuple[str, str, str | None] | None:
    """Return the signs, title and id of a heading such as ``## Causes {causes}``, or None."""
    match = _HEADING.fullmatch(line)
    if match is None:
        return None
    hashes, title = match[1], match[2].rstrip(" ")
    if title.endswith("}") and "{" in title:
        title, _brace, key = title[:-1].rpartition("{")
        return hashes, title.rstrip(" "), key
    return hashes, title, None


def _split(path: Path) -> tuple[Entry, str, int]:
    try:
        _before, matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    except FileNotFoundError as error:
        raise ContentError(path, "", "the file of this language is missing.") from error
    except ValueError as error:
        raise ContentError(
            path, "line 1", "the file must begin with front matter between two lines of “---”."
        ) from error
    try:
        row = yaml.load(matter, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContentError(path, "front matter", f"this is no YAML: {error}") from error
    # The text begins after the two lines of “---”; lines are counted from 1.
    return Entry(row, path, "front matter", MATTER), body, matter.count("\n") + 3


def _start_section(text: ConditionText, number: int, heading: str, key: str | None) -> tuple[Part, str]:
    part = Part(number, heading)
    kind, _colon, slug = (key or "").partition(":")
    if kind == "treatment" and slug:
        parts: dict[str, Part] = text.treatments
        name = slug
    else:
        if kind not in SectionKind.values or (slug and kind != SectionKind.CUSTOM):
            known = ", ".join([*SectionKind.values, "treatment:<slug>"])
            raise text.fault(number, f"unknown section id {{{key or ''}}}; known are {known}.")
        parts, name, slug = text.sections, key or "", ""
    if name in parts:
        raise text.fault(number, f"{{{key}}} is there twice.")
    parts[name] = part
    return part, slug


def _start_part(text: ConditionText, number: int, heading: str, key: str | None, treatment: str) -> Part:
    if not treatment:
        raise text.fault(number, "a “###” heading belongs into a treatment.")
    if key not in TREATMENT_PARTS:
        known = ", ".join(TREATMENT_PARTS)
        raise text.fault(number, f"unknown part {{{key or ''}}}; known are {known}.")
    if (treatment, key) in text.parts:
        raise text.fault(number, f"{{{key}}} is there twice in {{treatment:{treatment}}}.")
    part = text.parts[treatment, key] = Part(number, heading)
    return part


def _trim_and_check(text: ConditionText, source_count: int) -> None:
    for part in [*text.sections.values(), *text.treatments.values(), *text.parts.values()]:
        part.text = part.text.strip()
        _check_citations(text.path, f"line {part.line}, “{part.heading}”", [part.text], source_count)
    for key, part in text.sections.items():
        if not part.text:
            raise text.fault(part.line, f"the section {{{key}}} is empty.")
    for slug, part in text.treatments.items():
        if part.text:
            raise text.fault(part.line, f"the text of {{treatment:{slug}}} must stand under ### headings.")
    for name in ("summary", "key_facts"):
        value = text.matter.row.get(name) or ""
        texts = value if isinstance(value, list) else [value]
        _check_citations(text.path, f"front matter, {name}", texts, source_count)
    for paper in text.documents().values():
        _check_citations(text.path, paper.place, [paper.row.get(part) for part in DOCUMENT_PARTS], source_count)


def _check_citations(path: Path, place: str, texts: Iterable[object], source_count: int) -> None:
    unknown = sorted({n for text in texts for n in citations(str(text)) if not 1 <= n <= source_count})
    if unknown:
        listed = ", ".join(map(str, unknown))
        raise ContentError(path, place, f"cites {listed}, but the list of sources ends at {source_count}.")
