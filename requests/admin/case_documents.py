"""Papers of a case on its page at the desk."""

from typing import Any

from django.template.defaultfilters import filesizeformat

from requests.enums import DOCUMENT_STATES, DocumentState
from requests.models import Case, Document
from requests.services.documents import TO_LOOK_AT

TONES = {
    DocumentState.ACCEPTED: "ok",
    DocumentState.TRANSLATED: "ok",
    DocumentState.TRANSLATION_NEEDED: "warning",
    DocumentState.REJECTED: "danger",
}


def of(case: Case) -> list[dict[str, Any]]:
    """Return the papers of a case and of those merged into it, the newest first."""
    rows = Document.objects.here().filter(case__in=case.whole()).select_related("case", "added_by", "released_by")
    return [
        {
            "row": row,
            "state": DOCUMENT_STATES[DocumentState(row.state)],
            "tone": TONES.get(DocumentState(row.state), "info"),
            "size": filesizeformat(row.size),
            "is_new": row.state in TO_LOOK_AT,
        }
        for row in rows.order_by("-received_at")
    ]
