"""Export of drafts to content files, in the form that ``load_content`` reads."""

from itertools import count
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.text import capfirst

from conditions.models import Area, Condition, DocumentNeed, Price, Procedure, Questionnaire, QuestionnaireQuestion
from conditions.models.conditions import PublishedText
from conditions.selectors.drafts import DOCUMENT_PARTS, TREATMENT_PARTS, lines, terms, text_of
from conditions.selectors.questionnaires import column_kind, listed, pairs, plain_number
from portal.core.content.loader import Say


def export_all(folder: Path, say: Say) -> None:
    """Write areas, procedures, conditions and questionnaires into a folder; ``say`` gets a line for each file."""
    folder.mkdir(parents=True, exist_ok=True)
    areas = [_tidy({"slug": area.slug, **_texts(area, "name", "summary", "costs_note")}) for area in Area.objects.all()]
    procedures = [_tidy({"code": row.code, **_texts(row, "name", "unit")}) for row in Procedure.objects.all()]
    _write(folder / "areas.yaml", _yaml(areas), say)
    _write(folder / "procedures.yaml", _yaml(procedures), say)
    for condition in Condition.objects.select_related("area"):
        _write(folder / f"{condition.slug}.yaml", _yaml(about(condition)), say)
        for language in settings.ALL_LANGUAGES:
            if text_of(condition, "name", language):
                _write(folder / f"{condition.slug}.{language}.md", text(condition, language), say)
    (folder / "questionnaires").mkdir(exist_ok=True)
    for row in Questionnaire.objects.prefetch_related("questions", "sources"):
        _write(folder / "questionnaires" / f"{row.code}.yaml", _yaml(questionnaire(row)), say)


def about(condition: Condition) -> dict[str, Any]:
    """Return what the YAML file of a condition holds: all that has no language."""
    return _tidy(
        {
            "area": condition.area.slug,
            "icd10": condition.icd10,
            "related": list(condition.related.order_by("slug").values_list("slug", flat=True)),
            "written_by": condition.written_by,
            "written_on": condition.written_on,
            "next_review_on": condition.next_review_on,
            "search_words": {
                code: rows for code in settings.ALL_LANGUAGES if (rows := lines(condition, "search_words", code))
            },
            **_texts(condition, "search_note"),
            "treatments": [
                {"slug": treatment.slug, "procedures": [procedure.code for procedure in treatment.procedures.all()]}
                for treatment in condition.treatments.prefetch_related("procedures")
            ],
            "document_needs": [
                _tidy({"code": need.code, "required": need.is_required, "max_age_days": need.max_age_days})
                for need in condition.document_needs.all()
            ],
            "sources": [_source(source) for source in condition.sources.all()],
            "prices": [_price(price) for price in condition.prices.select_related("procedure")],
        }
    )


def questionnaire(row: Questionnaire) -> dict[str, Any]:
    """Return what the file of a questionnaire holds."""
    return {
        "sources": [_source(source) for source in row.sources.all()],
        "questions": [_question(question) for question in row.questions.all()],
    }


def _question(question: QuestionnaireQuestion) -> dict[str, Any]:
    return _tidy(
        {
            "code": question.code,
            "kind": question.kind,
            "ask_when": {"code": question.asked_if, "is": listed(question.asked_if_answer)}
            if question.asked_if
            else None,
            **_texts(question, "text", "help"),
            "choices": _labelled(question, "choices"),
            **_texts(question, "unit"),
            "min": plain_number(question.minimum),
            "max": plain_number(question.maximum),
            "columns": [
                {**column, **dict(zip(("code", "kind"), column_kind(column["code"]), strict=True))}
                for column in _labelled(question, "columns")
            ],
            **_texts(question, "decides"),
            "source": question.source,
        }
    )


def _labelled(question: QuestionnaireQuestion, field: str) -> list[dict[str, Any]]:
    """Return the lines of a field, each with its words in every language."""
    words = {code: dict(pairs(text_of(question, field, code))) for code in settings.ALL_LANGUAGES}
    return [
        {"code": key, "label": {code: labels[key] for code, labels in words.items() if key in labels}}
        for key in words[settings.LANGUAGE_CODE]
    ]


def _source(source: PublishedText) -> dict[str, Any]:
    return _tidy({name: getattr(source, name) for name in ("title", "publisher", "year", "url", "checked_on")})


def text(condition: Condition, language: str) -> str:
    """Return the Markdown file of a condition in one language."""
    newest = condition.editions.filter(language=language).order_by("-number").first()
    matter = {
        "name": text_of(condition, "name", language),
        "plain_name": text_of(condition, "plain_name", language),
        "synonyms": lines(condition, "synonyms", language),
        "summary": text_of(condition, "summary", language),
        "key_facts": lines(condition, "key_facts", language),
        "questions": [text_of(question, "text", language) for question in condition.questions.all()],
        "documents": {need.code: _document(need, language) for need in condition.document_needs.all()},
        "glossary": terms(condition, language),
        "change_note": newest.change_note if newest else "",
    }
    parts = []
    customs = count(1)
    for section in condition.sections.all():
        # Of the kind "custom" there may be several: the file tells them apart by a number.
        key = f"custom:{next(customs)}" if section.kind == "custom" else section.kind
        parts.append(f"## {text_of(section, 'heading', language)} {{{key}}}\n\n{text_of(section, 'body', language)}\n")
    for treatment in condition.treatments.all():
        parts.append(f"## {text_of(treatment, 'name', language)} {{treatment:{treatment.slug}}}\n")
        for part in TREATMENT_PARTS:
            if body := text_of(treatment, part, language):
                heading = capfirst(treatment._meta.get_field(part).verbose_name)  # type: ignore[union-attr]  # a column
                parts.append(f"### {heading} {{{part}}}\n\n{body}\n")
    return f"---\n{_yaml(_tidy(matter))}---\n\n" + "\n".join(parts)


def _document(need: DocumentNeed, language: str) -> dict[str, str]:
    return _tidy({part: text_of(need, part, language) for part in ("name", *DOCUMENT_PARTS)})


def _price(price: Price) -> dict[str, Any]:
    row = {"procedure": price.procedure.code, **_texts(price, "included", "excluded")}
    if price.is_stated:
        row |= {name: str(getattr(price, name)) for name in ("amount_from", "amount_to") if getattr(price, name)}
        row |= {
            name: getattr(price, name) for name in ("currency", "source", "source_url", "checked_on", "valid_until")
        }
    return _tidy(row)


def _texts(row: Any, *fields: str) -> dict[str, dict[str, str]]:
    """Return translated fields as mappings of languages to words."""
    return {
        field: {code: text for code in settings.ALL_LANGUAGES if (text := text_of(row, field, code))}
        for field in fields
    }


def _tidy(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}


def _yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000))


def _write(path: Path, content: str, say: Say) -> None:
    is_same = path.exists() and path.read_text(encoding="utf-8") == content
    if not is_same:
        path.write_text(content, encoding="utf-8")
    say(f"{path.name}: {'the same' if is_same else 'written'}")
