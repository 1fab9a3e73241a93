"""The continuity pack of a case on its page at the desk."""

from typing import Any

from requests.models import Case
from requests.selectors import continuity
from requests.services.continuity import PackRefused, check_can_be_written


def context(case: Case) -> dict[str, Any]:
    """Return the versions that were issued, and the draft of the next one where it can be written."""
    try:
        check_can_be_written(case)
    except PackRefused:
        can_be_written = False
    else:
        can_be_written = True
    return {
        "packs": continuity.versions(case),
        "pack_draft": continuity.draft_of(case) if can_be_written else None,
        "can_write_pack": can_be_written,
    }
