"""Papers of a case on its page at the desk: the checklist, and what came."""

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language

from portal.core.localisation import desk_formats, formats
from requests.enums import DOCUMENT_STATES, DocumentState
from requests.models import Case, Document
from requests.models.documents import TO_LOOK_AT
from requests.selectors import documents as papers
from requests.services.document_checks import add_progress
from requests.workflow import BEFORE_ACCEPTANCE

TONES = {
    DocumentState.ACCEPTED: "ok",
    DocumentState.TRANSLATED: "ok",
    DocumentState.TRANSLATION_NEEDED: "warning",
    DocumentState.REJECTED: "danger",
}


def context(case: Case) -> dict[str, Any]:
    """Return the checklist of a case with what is missing of it, and its papers, the newest first."""
    language = get_language() or ""
    checklist = papers.checklist(case, language)
    names = dict(papers.names(case, language))
    listed = papers.listed(add_progress(papers.originals(case)))
    return {
        "checklist": checklist,
        # The clinics have decided by them: what was never sent is folded away.
        "folds_checklist": case.status not in BEFORE_ACCEPTANCE,
        "number_ready": sum(item.is_ready for item in checklist),
        # What a move waits for stands first.
        "not_ready": [_item(item) for item in sorted(checklist, key=lambda item: item.is_settled) if not item.is_ready],
        "documents": [_row(row, case, names.get(row.need, "")) for row in listed.entries],
        "waiting": listed.waiting,
        "disc_lists": listed.disc_lists,
    }


def _item(item: papers.Item) -> dict[str, Any]:
    """Return an item that is not ready: what came for it, or until when it was asked for."""
    document = item.document
    return {
        "need": item.need,
        "state": DOCUMENT_STATES[DocumentState(document.state)] if document else "",
        "document": document,
        "is_asked": item.task is not None,
        "is_missing": item.is_missing,
        "asked_until": desk_formats.day(item.asked_until) if item.asked_until else "",
    }


def _row(row: Document, case: Case, name: str) -> dict[str, Any]:
    return {
        "row": row,
        "filed_as": name,
        "language": _language(row),
        "state": DOCUMENT_STATES[DocumentState(row.state)],
        "tone": TONES.get(DocumentState(row.state), "info"),
        "size": filesizeformat(row.whole_size),
        "is_new": row.state in TO_LOOK_AT,
        "name_check": papers.name_check(row, case),
        "translations": translations(row.translated_as),  # type: ignore[attr-defined]  # of originals
    }


def translations(rows: Iterable[Document]) -> list[dict[str, Any]]:
    """Return translations, each with the name of its language."""
    return [{"row": row, "language": _language(row)} for row in rows]


def _language(row: Document) -> str:
    return formats.language_name(row.language, desk_formats.language()) if row.language else ""
