"""Papers of a case on its page at the desk."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language

from conditions.selectors.documents import needs
from requests.enums import DOCUMENT_STATES, DocumentState
from requests.models import Case, Document
from requests.selectors.documents import missing_codes
from requests.services.documents import TO_LOOK_AT, add_progress

TONES = {
    DocumentState.ACCEPTED: "ok",
    DocumentState.TRANSLATED: "ok",
    DocumentState.TRANSLATION_NEEDED: "warning",
    DocumentState.REJECTED: "danger",
}


def of(case: Case) -> list[dict[str, Any]]:
    """Return the papers of a case and of those merged into it, the newest first."""
    rows = Document.objects.here().filter(case__in=case.whole()).select_related("case", "added_by")
    return [
        {
            "row": row,
            "state": DOCUMENT_STATES[DocumentState(row.state)],
            "tone": TONES.get(DocumentState(row.state), "info"),
            "size": filesizeformat(row.size),
            "is_new": row.state in TO_LOOK_AT,
        }
        for row in add_progress(rows.order_by("-received_at"))
    ]


def missing(case: Case) -> list[str]:
    """Return the names of what stands on the checklist and the patient does not have, in the language of the desk."""
    codes = missing_codes(case)
    if not codes or case.condition is None:
        return []
    return [need.name for need in needs(case.condition, get_language() or "") if need.code in codes]
