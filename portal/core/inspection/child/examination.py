"""Which parser a file goes to; only what that parser accepts is of its kind."""

from .findings import Findings
from .limits import Limits
from .ranges import File
from .reasons import EMPTY, TOO_LARGE, TWO_IN_ONE, UNKNOWN, Refusal
from .signatures import HEAD_BYTES, claims, refused_at_once


def claimed_kind(file: File) -> str:
    """Return what a file claims to be by its head and its end; empty for DICOM that may lack its preamble.

    Raises ``Refusal`` where it claims nothing that we take, or two kinds.
    """
    if not file.size:
        raise Refusal(EMPTY)
    head = file.read(HEAD_BYTES)
    if reason := refused_at_once(head):
        raise Refusal(reason)
    claimed = claims(head)
    # A ZIP is read from its end: whatever stands before it, archivers open it.
    if "zip" not in claimed and _ends_as_zip(file):
        claimed.add("zip")
    if len(claimed) > 1:
        raise Refusal(TWO_IN_ONE)
    if "pdf" in claimed and not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        raise Refusal(UNKNOWN)
    return claimed.pop() if claimed else ""


def examined(file: File, claimed: str, limits: Limits) -> Findings:
    """Return the findings of the parser of the claimed kind; raises ``Refusal``."""
    if file.size > limits.bytes_by_kind.get(claimed, file.size):
        raise Refusal(TOO_LARGE)
    findings = _parsed(file, claimed, limits)
    if file.size > limits.bytes_by_kind[findings.kind]:
        raise Refusal(TOO_LARGE)
    return findings


def _parsed(file: File, claimed: str, limits: Limits) -> Findings:
    # Each parser is a slow import, and one file needs one of them.
    if claimed == "pdf":
        from . import pdfs  # noqa: PLC0415

        return pdfs.examined(file.whole(), limits)
    if claimed in ("jpeg", "png", "heic"):
        from . import pictures  # noqa: PLC0415

        return pictures.examined(file.whole(), claimed, limits)
    if claimed == "zip":
        from . import archives  # noqa: PLC0415

        return archives.examined(file, limits)
    from . import dicom  # noqa: PLC0415

    return dicom.examined(file, limits)


def _ends_as_zip(file: File) -> bool:
    from . import archives  # noqa: PLC0415

    return archives.is_at_end_of(file)
