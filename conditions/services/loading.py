"""Loading of areas, procedures, conditions and questionnaires from content files, and publishing of what is ready."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from modeltranslation.utils import build_localized_fieldname

from conditions.models import (
    Area,
    Condition,
    DocumentNeed,
    Edition,
    LoadedContent,
    Price,
    Procedure,
    Question,
    Section,
    Source,
    Treatment,
)
from conditions.selectors.drafts import DOCUMENT_PARTS, TREATMENT_PARTS, upgraded
from conditions.services import condition_files, editions
from conditions.services.condition_files import ConditionText
from conditions.services.editions import GateIsRed
from conditions.services.questionnaire_loading import load_questionnaires
from portal.core.bulk.bulk_changes import bulk_changes
from portal.core.content.content_files import ContentError, Entry, columns, fill, read_list, read_yaml, save
from portal.core.content.loader import Loader, Say

FOLDER = Path(__file__).parent.parent / "content"
CONDITION = (
    "area", "icd10", "related", "written_by", "written_on", "next_review_on", "search_words", "search_note",
    "treatments", "document_needs", "sources", "prices",
)  # fmt: skip
SOURCE = ("title", "publisher", "year", "url", "checked_on")
DOCUMENT_NEED = ("code", "required", "max_age_days")
# The rows that belong to a condition; its editions do not, they are never written over.
CHILDREN = ("sections", "treatments", "questions", "sources", "prices")
# Those that a condition of the release before did not have.
LATER = ("document_needs",)
PRICE = (
    "procedure", "amount_from", "amount_to", "currency", "included", "excluded",
    "source", "source_url", "checked_on", "valid_until",
)  # fmt: skip

type Texts = dict[str, ConditionText]


def load_all(say: Say, *, folder: Path = FOLDER, force: bool = False) -> None:
    """Load everything of this app; ``say`` gets a line for each thing done or left alone."""
    loader = Loader(LoadedContent.objects, say, force=force)
    load_areas(folder / "areas.yaml", loader)
    load_procedures(folder / "procedures.yaml", loader)
    paths = sorted(set(folder.glob("*.yaml")) - {folder / "areas.yaml", folder / "procedures.yaml"})
    loaded = [text for path in paths if (text := load_condition(path, loader))]
    for condition, entry, texts in loaded:
        with bulk_changes():
            _relate(condition, entry, texts, loader)
            publish_all(condition, texts, say)
    load_questionnaires(folder / "questionnaires", loader, say)


def load_areas(path: Path, loader: Loader) -> None:
    """Load the areas of medicine, in the order of the file."""
    for order, entry in enumerate(read_list(path, ("slug", "name", "summary", "costs_note")), start=1):
        with loader.row(Area, {"slug": entry.text("slug")}, [order, entry.row]) as row:
            if row:
                fill(row, order=order, **entry.texts("name"), **entry.texts("summary", is_needed=False))
                fill(row, **entry.texts("costs_note", is_needed=False))
                save(row, entry)


def load_procedures(path: Path, loader: Loader) -> None:
    """Load what has a price, in the order of the file."""
    for order, entry in enumerate(read_list(path, ("code", "name", "unit")), start=1):
        with loader.row(Procedure, {"code": entry.text("code")}, [order, entry.row]) as row:
            if row:
                fill(row, order=order, **entry.texts("name"), **entry.texts("unit", is_needed=False))
                save(row, entry)


def load_condition(path: Path, loader: Loader) -> tuple[Condition, Entry, Texts] | None:
    """Load the draft of one condition with all its languages; ``None`` when it is left as it is."""
    entry = Entry(read_yaml(path), path, "", CONDITION)
    texts = _read_texts(entry)
    source = _source_of(entry, texts)
    # It is whole when it is published, which waits until all conditions are there to be related.
    with loader.row(Condition, {"slug": path.stem}, source, CHILDREN, LATER, is_whole=False) as condition:
        if condition is None:
            return None
        _write_condition(condition, entry, texts)
        # They have no key by which to find them again, so those of the file take their place.
        for name in (*CHILDREN, *LATER):
            getattr(condition, name).all().delete()
        _write_sections(condition, texts)
        _write_treatments(condition, entry, texts)
        _write_questions(condition, texts)
        _write_document_needs(condition, entry, texts)
        _write_sources(condition, entry)
        _write_prices(condition, entry)
    return condition, entry, texts


def publish_all(condition: Condition, texts: Texts, say: Say) -> None:
    """Publish each live language that is written, unless the public reads exactly this; say when the gate is red."""
    for language in settings.LIVE_LANGUAGES:
        if language not in texts:
            continue
        name = f"condition {condition.slug} ({language})"
        current = Edition.objects.current().filter(condition=condition, language=language).first()
        if current is not None and upgraded(current.content) == editions.upcoming(condition, language):
            say(f"{name}: nothing new to publish")
            continue
        note = texts[language].matter.text("change_note", "")
        try:
            edition = editions.publish(condition=condition, language=language, by=None, change_note=note)
        except GateIsRed as red:
            for line in red.lines:
                say(f"{name}: not published: {line.message}")
        else:
            say(f"{name}: published as edition {edition.number}")


def _source_of(entry: Entry, texts: Texts) -> Any:
    """Return all that the files of a condition say, for comparison with a later load."""
    return [entry.row, {code: text.path.read_text(encoding="utf-8") for code, text in texts.items()}]


def _read_texts(entry: Entry) -> Texts:
    """Read every language that has a file; the first one must have one."""
    count = len(entry.rows("sources"))
    texts = {}
    for language in settings.ALL_LANGUAGES:
        path = entry.path.with_name(f"{entry.path.stem}.{language}.md")
        if language == settings.LANGUAGE_CODE or path.exists():
            texts[language] = condition_files.read(path, source_count=count)
    _check_same_shape(entry, texts)
    return texts


def _check_same_shape(entry: Entry, texts: Texts) -> None:
    """Refuse languages that lack a section, a part, a question or a paper which another one has."""
    slugs = {treatment.text("slug") for treatment in entry.entries("treatments")}
    for text in texts.values():
        if wrong := slugs ^ set(text.treatments):
            listed = ", ".join(sorted(wrong))
            raise ContentError(text.path, "treatments", f"not in both this file and the YAML: {listed}.")
    # The first language that has a part is the one to name.
    keys = {key: text.path for text in reversed(texts.values()) for key in [*text.sections, *text.parts]}
    for text in texts.values():
        for key, other in keys.items():
            if key not in text.sections and key not in text.parts:
                name = key if isinstance(key, str) else ":".join(("treatment", *key))
                raise ContentError(text.path, f"{{{name}}}", f"this part is missing; {other.name} has it.")
    for name in ("questions", "key_facts"):
        counts = {text.path.name: len(text.matter.rows(name)) for text in texts.values()}
        if len(set(counts.values())) > 1:
            raise ContentError(entry.path, name, f"the languages have different numbers of them: {counts}.")
    _check_same_documents(entry, texts)


def _check_same_documents(entry: Entry, texts: Texts) -> None:
    codes = {need.text("code") for need in entry.entries("document_needs")}
    written = {text.path: text.documents() for text in texts.values()}
    for path, papers in written.items():
        if wrong := codes ^ papers.keys():
            listed = ", ".join(sorted(wrong))
            raise ContentError(path, "documents", f"not in both this file and the YAML: {listed}.")
    for code in sorted(codes):
        parts = {
            path: {part for part in DOCUMENT_PARTS if papers[code].row.get(part)} for path, papers in written.items()
        }
        for path, found in parts.items():
            if missing := set().union(*parts.values()) - found:
                raise written[path][code].fault(f"“{missing.pop()}” is missing; another language has it.")


def _write_condition(condition: Condition, entry: Entry, texts: Texts) -> None:
    fill(
        condition,
        area=row_of(entry, Area, "slug", entry.text("area")),
        icd10=entry.text("icd10", ""),
        written_by=entry.text("written_by", ""),
        written_on=entry.day("written_on", is_needed=False),
        next_review_on=entry.day("next_review_on", is_needed=False),
        **entry.texts("search_words", is_needed=False),
        **entry.texts("search_note", is_needed=False),
    )
    for language, text in texts.items():
        written = {name: text.matter.text(name) for name in ("name", "plain_name", "summary")}
        written |= {name: "\n".join(map(str, text.matter.rows(name))) for name in ("synonyms", "key_facts")}
        terms = text.matter.entries("glossary", ("term", "meaning"))
        written["glossary"] = "\n".join(f"{row.text('term')} = {row.text('meaning')}" for row in terms)
        fill(condition, **{build_localized_fieldname(name, language): value for name, value in written.items()})
    save(condition, entry)


def _write_sections(condition: Condition, texts: Texts) -> None:
    first = texts[settings.LANGUAGE_CODE]
    for order, key in enumerate(first.sections, start=1):
        row = Section(condition=condition, kind=key.partition(":")[0], order=order)
        fill(row, **columns("heading", {code: text.sections[key].heading for code, text in texts.items()}))
        fill(row, **columns("body", {code: text.sections[key].text for code, text in texts.items()}))
        save(row, Entry({}, first.path, f"{{{key}}}"))


def _write_treatments(condition: Condition, entry: Entry, texts: Texts) -> None:
    for order, treatment in enumerate(entry.entries("treatments", ("slug", "procedures")), start=1):
        slug = treatment.text("slug")
        row = Treatment(condition=condition, slug=slug, order=order)
        fill(row, **columns("name", {code: text.treatments[slug].heading for code, text in texts.items()}))
        for part in TREATMENT_PARTS:
            written = {code: text.parts[slug, part].text for code, text in texts.items() if (slug, part) in text.parts}
            fill(row, **columns(part, written))
        save(row, treatment)
        link(row, treatment, "procedures")


def _write_questions(condition: Condition, texts: Texts) -> None:
    rows = {code: [str(row) for row in text.matter.rows("questions")] for code, text in texts.items()}
    for n in range(len(rows[settings.LANGUAGE_CODE])):
        row = Question(condition=condition, order=n + 1)
        fill(row, **columns("text", {code: questions[n] for code, questions in rows.items()}))
        save(row, Entry({}, texts[settings.LANGUAGE_CODE].path, f"question {n + 1}"))


def _write_document_needs(condition: Condition, entry: Entry, texts: Texts) -> None:
    for order, need in enumerate(entry.entries("document_needs", DOCUMENT_NEED), start=1):
        code = need.text("code")
        is_required, max_age_days = need.row.get("required", True), need.row.get("max_age_days")
        if not isinstance(is_required, bool):
            raise need.fault(f"“required” must be true or false, not {is_required!r}.")
        row = DocumentNeed(
            condition=condition, code=code, order=order, is_required=is_required, max_age_days=max_age_days
        )
        papers = {language: text.documents()[code] for language, text in texts.items()}
        fill(row, **columns("name", {language: paper.text("name") for language, paper in papers.items()}))
        for part in DOCUMENT_PARTS:
            fill(row, **columns(part, {language: paper.text(part, "") for language, paper in papers.items()}))
        save(row, need)


def _write_sources(condition: Condition, entry: Entry) -> None:
    for number, source in enumerate(entry.entries("sources", SOURCE), start=1):
        row = Source(condition=condition, number=number, title=source.text("title"), url=source.text("url"))
        fill(row, publisher=source.text("publisher", ""), year=source.row.get("year"))
        fill(row, checked_on=source.day("checked_on"))
        save(row, source)


def _write_prices(condition: Condition, entry: Entry) -> None:
    for price in entry.entries("prices", PRICE):
        row = Price(condition=condition, procedure=row_of(price, Procedure, "code", price.text("procedure")))
        fill_price(row, price)
        save(row, price)


def fill_price(row: models.Model, entry: Entry) -> None:
    """Set what every price states; refuses amounts that are no amounts or have no source and dates."""
    amount_from, amount_to = entry.amount("amount_from"), entry.amount("amount_to")
    if amount_to is not None and (amount_from is None or amount_to < amount_from):
        raise entry.fault("“amount_to” must not be less than “amount_from”.")
    is_stated = amount_from is not None
    checked_on, valid_until = (entry.day(name, is_needed=is_stated) for name in ("checked_on", "valid_until"))
    if checked_on and valid_until and valid_until < checked_on:
        raise entry.fault("“valid_until” lies before “checked_on”.")
    fill(
        row,
        amount_from=amount_from,
        amount_to=amount_to,
        currency=entry.text("currency", None if is_stated else "USD"),
        source=entry.text("source", None if is_stated else ""),
        source_url=entry.text("source_url", ""),
        checked_on=checked_on,
        valid_until=valid_until,
        **entry.texts("included", is_needed=False),
        **entry.texts("excluded", is_needed=False),
    )


def row_of[M: models.Model](entry: Entry, model: type[M], field: str, value: str) -> M:
    """Return the row that an entry names; raises ``ContentError`` when there is none."""
    row = model._default_manager.filter(**{field: value}).first()
    if row is None:
        raise entry.fault(f"there is no {model._meta.verbose_name} “{value}”.")
    return row


def link(row: models.Model, entry: Entry, *names: str) -> None:
    """Set relations of a saved row to the rows that its entry names, by slug, or procedures by code."""
    for name in names:
        model: Any = row._meta.get_field(name).related_model
        key = "code" if model is Procedure else "slug"
        getattr(row, name).set([row_of(entry, model, key, str(value)) for value in entry.rows(name)])


def _relate(condition: Condition, entry: Entry, texts: Texts, loader: Loader) -> None:
    """Link a condition to the related ones, now that all are loaded."""
    others = {slug: Condition.objects.filter(slug=slug).first() for slug in map(str, entry.rows("related"))}
    if missing := [slug for slug, other in others.items() if other is None]:
        raise entry.fault(f"there is no condition “{missing[0]}” to relate to.")
    condition.related.set([other for other in others.values() if other])
    # Not before it is related: a load that stops until then begins this condition anew.
    loader.remember(condition, {"slug": condition.slug}, _source_of(entry, texts), CHILDREN, LATER)
