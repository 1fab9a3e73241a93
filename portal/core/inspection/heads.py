"""What can be said of a file at once, by its first bytes, its name and its size, without a parser."""

import unicodedata

from portal.core.inspection import limits
from portal.core.inspection.child import reasons, signatures
from portal.core.inspection.kinds import Reason

# So many bytes of the beginning are enough.
HEAD_BYTES = signatures.HEAD_BYTES

_OFFICE = frozenset(
    [
        "doc",
        "dot",
        "rtf",
        "odt",
        "ods",
        "odp",
        "xls",
        "xlsx",
        "xlt",
        "ppt",
        "pptx",
        "pps",
        "ppsx",
        "pages",
        "numbers",
        "key",
    ]
)
_MACROS = frozenset(["docm", "dotm", "xlsm", "xltm", "pptm", "potm", "ppsm"])
_WEB = frozenset(["htm", "html", "xhtml", "mht", "mhtml", "svg", "svgz", "js", "jse", "mjs", "php", "xml"])
_ARCHIVES = frozenset(["rar", "7z", "tar", "gz", "tgz", "bz2", "xz", "iso", "img", "cab", "zipx"])
# Kinds that a name can say more about than the head, which of all of these is that of a ZIP.
_SIZES = {"zip": "dicom_zip"}


def first_look(head: bytes, name: str, size: int) -> Reason | None:
    """Return why a file is refused at once, or ``None`` where only its parser can tell.

    ``head`` holds the first ``HEAD_BYTES`` bytes, or all of a shorter file; ``name`` may be empty.
    """
    if not size:
        return Reason.EMPTY
    ending = _ending(name)
    if ending in signatures.PROGRAM_ENDINGS:
        return Reason.PROGRAM
    reason = signatures.refused_at_once(head)
    claimed = signatures.claims(head)
    # A good photograph stays one by any name, but a ZIP and what nobody knows is what its name says.
    if claimed == {"zip"} or reason == reasons.UNKNOWN:
        reason = _by_name(ending) or reason
    if reason:
        return Reason(reason)
    if len(claimed) > 1:
        return Reason.TWO_IN_ONE
    kind = claimed.pop() if claimed else "dicom"
    return Reason.TOO_LARGE if size > limits.current().bytes_by_kind[_SIZES.get(kind, kind)] else None


def _by_name(ending: str) -> Reason | None:
    for endings, reason in (
        (_MACROS, Reason.ACTIVE),
        (_OFFICE, Reason.OLD_OFFICE),
        (_WEB, Reason.WEB_PAGE),
        (_ARCHIVES, Reason.ARCHIVE),
    ):
        if ending in endings:
            return reason
    return None


def _ending(name: str) -> str:
    """Return the ending of a name in small letters, past marks of direction, control characters and wide letters."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter)[0] != "C")
    return plain.rstrip(". ").rpartition(".")[2].strip().lower()
