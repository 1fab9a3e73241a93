"""Search index: documents of conditions, clinics, doctors and packages, kept in step with their rows.

A change of one of them makes its documents anew in the same transaction. What stands in them of
others (the name of a city, of a treatment) follows with the nightly rebuild.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import batched, groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Model, Prefetch, Q, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save
from modeltranslation.utils import build_localized_fieldname

from clinics.models import IS_OFFERED, CareAssistant, Clinic, Doctor, OfferedTreatment
from conditions.models import Condition, Edition, Procedure
from conditions.selectors import drafts
from portal.core.bulk import bulk_changes
from portal.core.models import SearchDocument
from portal.core.search import fulltext
from portal.core.text.markdown import without_citations
from requests.models import SupportPackage

# Objects of a kind that are read and written with the same queries.
TOGETHER = 200
CONDITION, CLINIC, DOCTOR, CARE_ASSISTANT, PACKAGE = "condition", "clinic", "doctor", "assistant", "package"

# Why it is found by a text, and the text.
type Alias = tuple[str, str]
# What stands below the name, other names, the rest.
type Parts = tuple[str, list[Alias], list[str]]


def rebuild() -> int:
    """Make all documents anew and return how many there are."""
    documents = []
    for kind, model in _MODELS.items():
        for slugs in batched(model._default_manager.values_list("slug", flat=True), TOGETHER, strict=False):
            documents += _documents(kind, slugs)
    fulltext.rebuild(documents)
    return len(documents)


def fill() -> None:
    """Make all documents where there are none: content may be older than its search."""
    if not SearchDocument.objects.exists():
        rebuild()


def connect() -> None:
    """Listen to what changes."""
    bulk_changes.register("search", in_bulk)
    for sender in _FOLLOWED:
        for signal in (post_save, post_delete):
            signal.connect(_follow, sender=sender, dispatch_uid=f"search {sender.__name__} {id(signal)}")
    for through in _LINKS:
        m2m_changed.connect(_follow_links, sender=through, dispatch_uid=f"search {through.__name__}")


@contextmanager
def in_bulk() -> Iterator[None]:
    """Follow many changes at once, at the end."""
    _waiting.set(set())
    try:
        yield
        waiting = sorted(_waiting.get() or ())
        for kind, of_kind in groupby(waiting, key=itemgetter(0)):
            for pairs in batched(of_kind, TOGETHER, strict=False):
                slugs = [slug for _kind, slug in pairs]
                fulltext.replace(kind, slugs, _documents(kind, slugs))
    finally:
        _waiting.set(None)


def _follow(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    row = getattr(instance, _PARTS[sender]) if sender in _PARTS else instance
    kind, slug = _KINDS[type(row)], row.slug
    waiting = _waiting.get()
    if waiting is None:
        fulltext.replace(kind, [slug], _documents(kind, [slug]))
    else:
        waiting.add((kind, slug))


def _follow_links(sender: type[Model], instance: Any, action: str, reverse: bool, **kwargs: Any) -> None:
    if action.startswith("post_") and not reverse:
        _follow(type(instance), instance)


_waiting: ContextVar[set[tuple[str, str]] | None] = ContextVar("waiting", default=None)
_MODELS: dict[str, type[Model]] = {
    CONDITION: Condition,
    CLINIC: Clinic,
    DOCTOR: Doctor,
    CARE_ASSISTANT: CareAssistant,
    PACKAGE: SupportPackage,
}
# Rows whose words stand in the documents of the row that they belong to.
_PARTS: dict[type[Model], str] = {Edition: "condition", OfferedTreatment: "clinic"}
_KINDS = {model: kind for kind, model in _MODELS.items()}
_FOLLOWED = (*_KINDS, *_PARTS)
_LINKS = (
    Clinic.conditions.through,
    Clinic.areas.through,
    Doctor.clinics.through,
    Doctor.conditions.through,
    Doctor.procedures.through,
    CareAssistant.cities.through,
)


def _documents(kind: str, slugs: Iterable[str]) -> list[SearchDocument]:
    """Return the documents of objects as they are now: none of one that is gone, not published or a sample."""
    if kind == CONDITION:
        return [document for slug in slugs for document in _of_condition(slug)]
    offered = Prefetch("offered_treatments", OfferedTreatment.objects.filter(IS_OFFERED).select_related("procedure"))
    how: dict[str, tuple[Callable[[Any, str], Parts], tuple[Any, ...]]] = {
        CLINIC: (_of_clinic, ("city", "conditions", "areas", offered)),
        DOCTOR: (_of_doctor, ("clinics", "conditions", "procedures")),
        CARE_ASSISTANT: (_of_care_assistant, ("cities",)),
        PACKAGE: (_of_package, ()),
    }
    parts, related = how[kind]
    rows: QuerySet[Any] = _MODELS[kind]._default_manager.filter(slug__in=slugs, is_published=True)
    return [
        _document(parts(row, language), kind=kind, key=row.slug, language=language, name=_text(row, "name", language))
        for row in rows.prefetch_related(*related)
        if not getattr(row, "is_sample", False)
        for language in settings.LIVE_LANGUAGES
    ]


def _of_condition(slug: str) -> list[SearchDocument]:
    editions = list(Edition.objects.current().filter(condition__slug=slug).select_related("condition"))
    if not editions:
        return []
    priced = Q(treatments__condition__slug=slug) | Q(prices__condition__slug=slug)
    procedures = list(Procedure.objects.filter(priced).distinct())
    condition = editions[0].condition
    written = {edition.language for edition in editions}
    documents = [_of_edition(edition, condition, procedures) for edition in editions]
    unwritten = [language for language in settings.LIVE_LANGUAGES if language not in written]
    return [*documents, *(document for language in unwritten if (document := _by_search_words(condition, language)))]


def _by_search_words(condition: Condition, language: str) -> SearchDocument | None:
    """Return the document of a page that is not written in a language: its search words there, if it has any."""
    words = drafts.lines(condition, "search_words", language)
    if not words:
        return None
    named = {"kind": CONDITION, "key": condition.slug, "language": language, "name": words[0]}
    note = drafts.text_of(condition, "search_note", language)
    return _document(("", [("synonym", word) for word in words[1:]], []), **named, note=note)


def _of_edition(edition: Edition, condition: Condition, procedures: Iterable[Procedure]) -> SearchDocument:
    page, language = edition.content, edition.language
    treatments = [treatment["name"] for treatment in page["treatments"]] + [
        _text(procedure, "name", language) for procedure in procedures
    ]
    texts = [without_citations(text) for _place, text in drafts.cited_texts(page)]
    aliases = [
        ("name", page["plain_name"]),
        *(("synonym", text) for text in page["synonyms"]),
        *(("word", text) for text in drafts.lines(condition, "search_words", language)),
        ("code", page["icd10"]),
        *(("treatment", text) for text in dict.fromkeys(treatments)),
    ]
    note = drafts.text_of(condition, "search_note", language)
    named = {"kind": CONDITION, "key": page["slug"], "language": language, "name": page["name"], "note": note}
    return _document((page["plain_name"], aliases, [page["area"]["name"], *texts]), **named)


def _of_clinic(clinic: Clinic, language: str) -> Parts:
    offered = [offer.procedure for offer in clinic.offered_treatments.all()]
    treated = [*clinic.conditions.all(), *clinic.areas.all(), *offered]
    city = _text(clinic.city, "name", language)
    aliases = [("city", city), *(("treats", _text(row, "name", language)) for row in treated)]
    return city, aliases, [_text(clinic, "about", language)]


def _of_doctor(doctor: Doctor, language: str) -> Parts:
    field, title = (_text(doctor, column, language) for column in ("field", "title"))
    works_at = [_text(clinic, "name", language) for clinic in doctor.clinics.all() if clinic.is_published]
    treated = [*doctor.conditions.all(), *doctor.procedures.all()]
    aliases = [("field", field), *(("clinic", text) for text in works_at)]
    aliases += [("treats", _text(row, "name", language)) for row in treated]
    return ", ".join(text for text in (title or field, *works_at[:1]) if text), aliases, []


def _of_care_assistant(assistant: CareAssistant, language: str) -> Parts:
    cities = [_text(city, "name", language) for city in assistant.cities.all()]
    return ", ".join(cities), [("city", city) for city in cities], [_text(assistant, "about", language)]


def _of_package(package: SupportPackage, language: str) -> Parts:
    summary = _text(package, "summary", language)
    return summary, [], [summary]


def _document(parts: Parts, **named: str) -> SearchDocument:
    detail, aliases, texts = parts
    said = [[why, text] for why, text in aliases if text]
    return SearchDocument(**named, detail=detail[:300], aliases=said, text=" ".join(texts))


def _text(row: Model, field: str, language: str) -> str:
    """Return a translated field in a language, in English where it is missing."""
    names = (build_localized_fieldname(field, code) for code in (language, settings.LANGUAGE_CODE))
    return next((text for name in names if (text := getattr(row, name, "") or "")), "") or getattr(row, field, "")
