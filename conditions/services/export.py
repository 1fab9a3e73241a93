"""Writes the drafts back to content files, in the form that ``load_content`` reads."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from conditions import glossary
from conditions.models import Area, Condition, Price, Procedure
from conditions.selectors.drafts import TREATMENT_PARTS, lines, words
from conditions.services.loader import Say

PART_NAMES = {
    "how": "How it works",
    "suits": "Whom it suits",
    "benefits": "Benefits",
    "risks": "Risks",
    "stay": "Stay in hospital",
}


def export_all(folder: Path, say: Say) -> None:
    """Write areas, procedures and conditions into a folder; ``say`` gets a line for each file."""
    folder.mkdir(parents=True, exist_ok=True)
    areas = [_tidy({"slug": one.slug, **_texts(one, "name", "summary", "costs_note")}) for one in Area.objects.all()]
    codes = [_tidy({"code": one.code, **_texts(one, "name", "unit")}) for one in Procedure.objects.all()]
    _write(folder / "areas.yaml", _yaml(areas), say)
    _write(folder / "procedures.yaml", _yaml(codes), say)
    for condition in Condition.objects.select_related("area"):
        _write(folder / f"{condition.slug}.yaml", _yaml(about(condition)), say)
        for language in settings.ALL_LANGUAGES:
            if words(condition, "name", language):
                _write(folder / f"{condition.slug}.{language}.md", text(condition, language), say)


def about(condition: Condition) -> dict[str, Any]:
    """Return what the YAML file of a condition holds: all that has no language."""
    treatments = condition.treatments.prefetch_related("procedures")
    return _tidy(
        {
            "area": condition.area.slug,
            "icd10": condition.icd10,
            "related": list(condition.related.order_by("slug").values_list("slug", flat=True)),
            "written_by": condition.written_by,
            "written_on": condition.written_on,
            "next_review_on": condition.next_review_on,
            "search_words": {
                code: found for code in settings.ALL_LANGUAGES if (found := lines(condition, "search_words", code))
            },
            **_texts(condition, "search_note"),
            "treatments": [
                {"slug": one.slug, "procedures": [procedure.code for procedure in one.procedures.all()]}
                for one in treatments
            ],
            "sources": [
                _tidy({name: getattr(one, name) for name in ("title", "publisher", "year", "url", "checked_on")})
                for one in condition.sources.all()
            ],
            "prices": [_price(one) for one in condition.prices.select_related("procedure")],
        }
    )


def text(condition: Condition, language: str) -> str:
    """Return the Markdown file of a condition in one language."""
    newest = condition.editions.filter(language=language).order_by("-number").first()
    matter = {
        "name": words(condition, "name", language),
        "plain_name": words(condition, "plain_name", language),
        "synonyms": lines(condition, "synonyms", language),
        "summary": words(condition, "summary", language),
        "key_facts": lines(condition, "key_facts", language),
        "questions": [words(one, "text", language) for one in condition.questions.all()],
        "glossary": [
            {"term": term, "meaning": meaning}
            for term, meaning in glossary.terms(words(condition, "glossary", language))
        ],
        "change_note": newest.change_note if newest else "",
    }
    parts = [
        f"## {words(one, 'heading', language)} {{{key}}}\n\n{words(one, 'body', language)}\n"
        for key, one in _sections(condition)
    ]
    for treatment in condition.treatments.all():
        parts.append(f"## {words(treatment, 'name', language)} {{treatment:{treatment.slug}}}\n")
        written = ((part, words(treatment, part, language)) for part in TREATMENT_PARTS)
        parts += [f"### {PART_NAMES[part]} {{{part}}}\n\n{body}\n" for part, body in written if body]
    return f"---\n{_yaml(_tidy(matter))}---\n\n" + "\n".join(parts)


def _sections(condition: Condition) -> Iterable[tuple[str, Any]]:
    """Yield (id in the file, section); further sections of the kind "custom" are numbered."""
    customs = 0
    for section in condition.sections.all():
        key = section.kind
        if key == "custom":
            customs += 1
            key = f"custom:{customs}"
        yield key, section


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
        field: {code: found for code in settings.ALL_LANGUAGES if (found := words(row, field, code))}
        for field in fields
    }


def _tidy(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}


def _yaml(value: Any) -> str:
    written: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
    return written


def _write(path: Path, content: str, say: Say) -> None:
    is_same = path.exists() and path.read_text(encoding="utf-8") == content
    if not is_same:
        path.write_text(content, encoding="utf-8")
    say(f"{path.name}: {'the same' if is_same else 'written'}")
