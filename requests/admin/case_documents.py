"""Papers of a case on its page at the desk."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat

from requests.enums import DOCUMENT_STATES, DocumentState
from requests.models import Case, Document
from requests.selectors.series import name_check, papers
from requests.services.documents import TO_LOOK_AT

TONES = {
    DocumentState.ACCEPTED: "ok",
    DocumentState.TRANSLATED: "ok",
    DocumentState.TRANSLATION_NEEDED: "warning",
    DocumentState.REJECTED: "danger",
}


@dataclass(frozen=True)
class Listed:
    """The papers of a case and of those merged into it, the newest first; many that are being checked apart."""

    entries: list[dict[str, Any]]
    waiting: list[Document]
    disc_lists: list[Document]


def of(case: Case) -> Listed:
    """Return what the page of a case shows of its papers."""
    rows = Document.objects.filter(case__in=case.whole()).select_related("case", "added_by", "name_asked_by")
    found = papers(rows.order_by("-received_at"))
    entries = [
        {
            "row": row,
            "state": DOCUMENT_STATES[DocumentState(row.state)],
            "tone": TONES.get(DocumentState(row.state), "info"),
            "size": filesizeformat(row.whole_size),
            "is_new": row.state in TO_LOOK_AT,
            "name_check": name_check(row, case),
        }
        for row in found.entries
    ]
    return Listed(entries, found.waiting, found.disc_lists)
