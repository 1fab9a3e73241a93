"""Reader of the files of questionnaires, ``content/questionnaires/*.yaml``, which needs no database."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from modeltranslation.utils import build_localized_fieldname

from conditions.enums import QuestionKind
from conditions.models import QuestionnaireQuestion
from conditions.models.questionnaires import CORE
from conditions.selectors.questionnaires import MONTH
from conditions.services.questionnaire_gate import CHOSEN, CODED, OWN_QUESTIONS
from portal.core.content.content_files import ContentError, Entry, columns, read_yaml

FILE = ("sources", "questions")
SOURCE = ("title", "publisher", "year", "url", "checked_on")
QUESTION = (
    "code", "kind", "ask_when", "text", "help", "choices", "unit", "min", "max", "columns", "decides", "source",
)  # fmt: skip
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE_LENGTH = 50

# By the code of a question: its kind, and the answers that can be chosen.
type Asked = dict[str, list[str]]


def read(path: Path, before: Asked | None = None) -> tuple[Entry, list[dict[str, Any]]]:
    """Return a file and the columns of each of its questions, in its order; raises ``ContentError``.

    ``before`` are the questions of the core, which those of a condition may follow.
    """
    entry = Entry(read_yaml(path), path, "", FILE)
    sources = [_check_source(source) for source in entry.entries("sources", SOURCE)]
    asked = dict(before or {})
    rows = []
    for order, question in enumerate(entry.entries("questions", QUESTION), start=1):
        rows.append({"order": order, **_columns(question, asked, len(sources))})
    if path.stem != CORE and len(rows) < OWN_QUESTIONS:
        raise entry.fault(f"a condition asks at least {OWN_QUESTIONS} questions of its own, not {len(rows)}.")
    return entry, rows


def asked_in(rows: list[dict[str, Any]]) -> Asked:
    """Return what other files may follow."""
    return {row["code"]: _answers(row) for row in rows}


def faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the files of a folder, one sentence for each file with a fault."""
    core: Asked = {}
    owners: dict[str, str] = {}
    for path in paths(folder):
        try:
            _entry, rows = read(path, core)
            check_owners(path, rows, owners)
        except ContentError as fault:
            yield str(fault)
        else:
            core = asked_in(rows) if path.stem == CORE else core


def paths(folder: Path) -> list[Path]:
    """Return the files of a folder, the core first."""
    return sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != CORE, path.stem))


def check_owners(path: Path, rows: list[dict[str, Any]], owners: dict[str, str]) -> None:
    """Note in ``owners`` whose each question is; raises ``ContentError`` when another file has it."""
    for row in rows:
        owner = owners.setdefault(row["code"], path.stem)
        if owner != path.stem:
            raise ContentError(path, row["code"], f"{owner} has a question of this code already.")


def _columns(question: Entry, asked: Asked, source_count: int) -> dict[str, Any]:
    """Return the columns of one question, and note in ``asked`` that it may be followed."""
    code, kind = question.text("code"), question.text("kind")
    if not CODE.fullmatch(code) or len(code) > CODE_LENGTH:
        raise question.fault(f"“code” must be small letters, figures and hyphens, at most {CODE_LENGTH}: {code!r}.")
    if code in asked:
        raise question.fault(f"there is a question “{code}” before this one.")
    if kind not in QuestionKind:
        raise question.fault(f"“kind” must be one of {', '.join(QuestionKind.values)}, not {kind!r}.")
    source = question.row.get("source")
    if source not in range(1, source_count + 1):
        raise question.fault(f"“source” must be a number of the list, 1 to {source_count}, not {source!r}.")
    row = {
        "code": code,
        "kind": kind,
        "source": source,
        **_condition(question, asked),
        **_limits(question, kind),
        **question.texts("text"),
        **question.texts("help", is_needed=False),
        **question.texts("unit", is_needed=False),
        **question.texts("decides"),
        **_lines(question, "choices", is_needed=kind in CHOSEN),
        **_lines(question, "columns", is_needed=kind == QuestionKind.ROWS),
    }
    _check_fields(question, row)
    asked[code] = _answers(row)
    return row


def _check_fields(question: Entry, row: dict[str, Any]) -> None:
    """Say which text is too long, as a save would."""
    try:
        QuestionnaireQuestion(**row).clean_fields(exclude=["questionnaire"])
    except ValidationError as error:
        faults = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
        raise question.fault(faults) from error


def _answers(row: Mapping[str, Any]) -> list[str]:
    if row["kind"] not in CODED:
        return []
    if row["kind"] == QuestionKind.YES_NO:
        return ["yes", "no"]
    lines = row[f"choices_{settings.LANGUAGE_CODE}"].splitlines()
    return [line.partition(" = ")[0] for line in lines]


def _code(value: Any) -> str:
    """Return the code of an answer: YAML reads yes and no as true and false."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _condition(question: Entry, asked: Asked) -> dict[str, str]:
    value = question.row.get("ask_when")
    if value is None:
        return {}
    condition = Entry(value, question.path, f"{question.place}, ask_when", ("code", "is"))
    code = condition.text("code")
    answers = [_code(answer) for answer in condition.rows("is")]
    if code not in asked:
        raise condition.fault(f"“{code}” is no question before this one, nor one of the core.")
    if not answers or set(answers) - set(asked[code]):
        known = ", ".join(asked[code]) or "none that can be chosen"
        raise condition.fault(f"“is” must be a list of answers of “{code}”: {known}.")
    return {"asked_if": code, "asked_if_answer": ", ".join(answers)}


def _limits(question: Entry, kind: str) -> dict[str, Decimal]:
    limits = {}
    for name, column in (("min", "minimum"), ("max", "maximum")):
        if (value := question.row.get(name)) is None:
            continue
        if kind != QuestionKind.NUMBER:
            raise question.fault(f"“{name}” is for numbers only.")
        try:
            limits[column] = Decimal(str(value))
        except InvalidOperation as error:
            raise question.fault(f"“{name}” must be a number, not {value!r}.") from error
    if len(limits) == len(("min", "max")) and limits["minimum"] > limits["maximum"]:
        raise question.fault("“max” must not be less than “min”.")
    return limits


def _lines(question: Entry, name: str, *, is_needed: bool) -> dict[str, str]:
    """Return choices or columns as the lines that a question holds of them, in each language."""
    is_column = name == "columns"
    entries = question.entries(name, ("code", "kind", "label") if is_column else ("code", "label"))
    if not is_needed:
        if entries:
            raise question.fault(f"“{name}” do not go with a question of this kind.")
        return {}
    if len(entries) < (1 if is_column else 2):
        raise question.fault(f"“{name}” are missing.")
    lines: dict[str, list[str]] = {}
    codes: list[str] = []
    for entry in entries:
        code, kind = _code(entry.row.get("code", "")), entry.text("kind", "text")
        if not CODE.fullmatch(code) or code in codes:
            raise entry.fault(f"“code” must be small letters, figures and hyphens, each once: {code!r}.")
        if kind not in {"text", MONTH}:
            raise entry.fault(f"“kind” of a column must be text or {MONTH}, not {kind!r}.")
        codes.append(code)
        labels = entry.texts("label")
        for language in settings.ALL_LANGUAGES:
            if label := labels.get(build_localized_fieldname("label", language)):
                mark = f" {MONTH}" if kind == MONTH else ""
                lines.setdefault(language, []).append(f"{code}{mark} = {' '.join(label.split())}")
    return columns(name, {language: "\n".join(rows) for language, rows in lines.items()})


def _check_source(source: Entry) -> Entry:
    for name in ("title", "url"):
        source.text(name)
    source.day("checked_on")
    return source
