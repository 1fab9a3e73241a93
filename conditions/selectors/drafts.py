"""The draft of a condition in one language, as the plain data that an Edition freezes."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from modeltranslation.utils import build_localized_fieldname

from conditions import glossary
from conditions.enums import SectionKind
from conditions.models import Condition, DocumentNeed, Section, Source, Treatment
from portal.core.localisation.scripts import foreign_language

# Since 3 an edition holds Markdown alone, no HTML (docs/decisions/0023), since 4 the checklist of papers (0053).
SCHEMA = 4
CALLOUTS = (SectionKind.EMERGENCY, SectionKind.URGENT)
# The treatments stand between these two rows.
BEFORE_TREATMENTS = (
    SectionKind.WHAT,
    SectionKind.CAUSES,
    SectionKind.SYMPTOMS,
    SectionKind.DIAGNOSIS,
    SectionKind.CLASSIFICATION,
)
AFTER_TREATMENTS = (
    SectionKind.COMPLICATIONS,
    SectionKind.OUTLOOK,
    SectionKind.UNTREATED,
    SectionKind.LIVING,
    SectionKind.CUSTOM,
)
# A review belongs to an edition: a doctor read exactly these words. A draft has none.
UNREVIEWED = {"reviewed_by": "", "reviewed_credential": "", "reviewed_on": ""}
TREATMENT_PARTS = ("how", "suits", "benefits", "risks", "stay")
DOCUMENT_PARTS = ("reason", "how_to")
OF_DOCUMENT = "document:"

_ABOUT_THE_PAGE = {"schema", "written_by", "written_on", "next_review_on", *UNREVIEWED}
# What editions of schema 1 and 2 held beside their words.
_HTML = {"html", "unused_terms"}

type Content = dict[str, Any]


def text_of(row: Model, field: str, language: str) -> str:
    """Return a translated field in exactly this language: empty when it is not written yet."""
    return getattr(row, build_localized_fieldname(field, language)) or ""


def lines(row: Model, field: str, language: str) -> list[str]:
    """Return a translated field that holds one item a line."""
    return [line.strip() for line in text_of(row, field, language).splitlines() if line.strip()]


def content(condition: Condition, language: str) -> Content:
    """Return the whole page of the draft: names, texts as Markdown, sources, dates."""
    sections = list(condition.sections.all())
    return {
        "schema": SCHEMA,
        "slug": condition.slug,
        "language": language,
        "name": text_of(condition, "name", language),
        "plain_name": text_of(condition, "plain_name", language),
        "synonyms": lines(condition, "synonyms", language),
        "summary": {"text": text_of(condition, "summary", language)},
        "icd10": condition.icd10,
        "area": {"slug": condition.area.slug, "name": text_of(condition.area, "name", language)},
        "key_facts": [{"text": fact} for fact in lines(condition, "key_facts", language)],
        "callouts": _sections(sections, CALLOUTS, language),
        "before_treatments": _sections(sections, BEFORE_TREATMENTS, language),
        "treatments": [_treatment(row, language) for row in condition.treatments.prefetch_related("procedures")],
        "after_treatments": _sections(sections, AFTER_TREATMENTS, language),
        "questions": [text for question in condition.questions.all() if (text := text_of(question, "text", language))],
        "document_needs": [_document_need(need, language) for need in condition.document_needs.all()],
        "related": list(condition.related.order_by("slug").values_list("slug", flat=True)),
        "sources": [_source(source, language) for source in condition.sources.all()],
        "written_by": condition.written_by,
        "written_on": _day(condition.written_on),
        **UNREVIEWED,
        "next_review_on": _day(condition.next_review_on),
        "glossary": terms(condition, language),
    }


def terms(condition: Condition, language: str) -> list[dict[str, str]]:
    """Return the glossary of a condition in a language."""
    pairs = glossary.terms(text_of(condition, "glossary", language))
    return [{"term": term, "meaning": meaning} for term, meaning in pairs]


def upgraded(content: Content) -> Content:
    """Return what an edition froze in the form of today's schema.

    Until schema 2 editions held HTML beside their words, and the emergency card did not stand first; until schema 3
    there was no checklist of papers.
    """
    if content["schema"] == SCHEMA:
        return content
    plain = _without_html(content)
    return {
        "document_needs": [],
        **plain,
        "schema": SCHEMA,
        "callouts": sorted(plain["callouts"], key=lambda callout: CALLOUTS.index(callout["kind"])),
    }


def _without_html(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_html(inner) for name, inner in value.items() if name not in _HTML}
    return [_without_html(inner) for inner in value] if isinstance(value, list) else value


def said(content: Content) -> Content:
    """Return what a page says to a reader, whoever wrote and reviewed it and when."""
    return {name: value for name, value in upgraded(content).items() if name not in _ABOUT_THE_PAGE}


def cited_texts(content: Content) -> Iterator[tuple[str, str]]:
    """Yield (place, Markdown) of every text of a page that may carry citations.

    Places are ``summary``, ``key_facts``, the kind of a section, ``treatment:slug:part``, ``questions`` or
    ``document:code:part``.
    """
    content = upgraded(content)
    yield "summary", content["summary"]["text"]
    for fact in content["key_facts"]:
        yield "key_facts", fact["text"]
    for section in [*content["callouts"], *content["before_treatments"], *content["after_treatments"]]:
        yield section["kind"], section["text"]
    for treatment in content["treatments"]:
        for part in TREATMENT_PARTS:
            yield f"treatment:{treatment['slug']}:{part}", treatment[part]["text"]
    for question in content["questions"]:
        yield "questions", question
    for need in content["document_needs"]:
        for part in DOCUMENT_PARTS:
            yield f"{OF_DOCUMENT}{need['code']}:{part}", need[part]["text"]


def place_name(place: str, content: Content) -> str:
    """Return what an editor calls a place of a page: a section, a part of a treatment or of a paper, a field."""
    kind, _colon, rest = place.partition(":")
    key, _colon, part = rest.partition(":")
    if kind == "treatment":
        name = next((treatment["name"] for treatment in content["treatments"] if treatment["slug"] == key), "")
        return _("%(treatment)s, %(part)s") % {
            "treatment": name or _("Treatment"),
            "part": _column_name(Treatment, part),
        }
    if kind == "document":
        name = next((need["name"] for need in content["document_needs"] if need["code"] == key), "")
        return _("Paper “%(name)s”, %(part)s") % {"name": name or key, "part": _column_name(DocumentNeed, part)}
    return str(SectionKind(place).label) if place in SectionKind else field_name(place)


def field_name(name: str) -> str:
    """Return what an editor calls a field of the content."""
    names = {
        "schema": _("Schema"),
        "language": _("Language"),
        "questions": _("Questions"),
        "document_needs": _("Checklist of papers"),
        "sources": _("Sources"),
        "reviewed_by": pgettext("desk", "Reviewed by"),
        "reviewed_credential": _("Credential of the reviewer"),
        "reviewed_on": _("Reviewed on"),
    }
    return names.get(name) or capfirst(_column_name(Condition, name))


def _column_name(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.verbose_name)


def running_texts(content: Content) -> Iterator[tuple[str, str]]:
    """Yield (place, Markdown) of every text that is read from beginning to end: summary, sections, treatments."""
    for place, text in cited_texts(content):
        if text and place not in {"key_facts", "questions"} and not place.startswith(OF_DOCUMENT):
            yield place, text


def document_terms(need: Content) -> str:
    """Return in words for the desk whether a paper is required, and how old it may be."""
    required = _("Required") if need["is_required"] else _("If the patient has it")
    if need["max_age_days"] is None:
        return required
    age = ngettext("Not older than %(count)d day", "Not older than %(count)d days", need["max_age_days"])
    return f"{required} · {age % {'count': need['max_age_days']}}"


def _sections(sections: list[Section], kinds: tuple[SectionKind, ...], language: str) -> list[Content]:
    rendered = []
    for kind in kinds:
        of_kind = [section for section in sections if section.kind == kind and text_of(section, "body", language)]
        for place, section in enumerate(of_kind, start=1):
            anchor = kind.value if place == 1 else f"{kind.value}-{place}"
            heading, text = (text_of(section, field, language) for field in ("heading", "body"))
            rendered.append({"kind": kind.value, "id": anchor, "heading": heading, "text": text})
    return rendered


def _treatment(treatment: Treatment, language: str) -> Content:
    parts = {part: {"text": text_of(treatment, part, language)} for part in TREATMENT_PARTS}
    codes = [procedure.code for procedure in treatment.procedures.all()]
    return {"slug": treatment.slug, "name": text_of(treatment, "name", language), "procedures": codes, **parts}


def _document_need(need: DocumentNeed, language: str) -> Content:
    parts = {part: {"text": text_of(need, part, language)} for part in DOCUMENT_PARTS}
    terms = {"is_required": need.is_required, "max_age_days": need.max_age_days}
    return {"code": need.code, "name": text_of(need, "name", language), **terms, **parts}


def _source(source: Source, language: str) -> Content:
    return {
        "lang": foreign_language(source.title, language),
        "number": source.number,
        "title": source.title,
        "publisher": source.publisher,
        "year": source.year,
        "url": source.url,
        "checked_on": _day(source.checked_on),
    }


def _day(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""
