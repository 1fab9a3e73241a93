"""Which parser a file goes to; only what that parser accepts is of its kind."""

from .findings import Findings
from .limits import Limits
from .ranges import File
from .reasons import EMPTY, TOO_LARGE, TWO_IN_ONE, UNKNOWN, Refusal
from .signatures import HEAD_BYTES, claims, may_lack_preamble, refused_at_once


def examined(file: File, limits: Limits) -> Findings:
    """Return the findings about a file; raises ``Refusal``."""
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
    findings = _parsed(file, claimed.pop() if claimed else "", head, limits)
    if file.size > limits.bytes_by_kind[findings.kind]:
        raise Refusal(TOO_LARGE)
    return findings


def _parsed(file: File, kind: str, head: bytes, limits: Limits) -> Findings:
    # Each parser is a slow import, and one file needs one of them.
    if kind in ("jpeg", "png", "heic", "pdf"):
        if file.size > limits.bytes_by_kind[kind]:
            raise Refusal(TOO_LARGE)
        if kind == "pdf":
            from . import pdfs  # noqa: PLC0415

            if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
                raise Refusal(UNKNOWN)
            return pdfs.examined(file.whole(), limits)
        from . import pictures  # noqa: PLC0415

        return pictures.examined(file.whole(), kind, limits)
    if kind == "zip":
        from . import archives  # noqa: PLC0415

        return archives.examined(file, limits)
    if kind == "dicom" or may_lack_preamble(head):
        from . import dicom  # noqa: PLC0415

        return dicom.examined(file, limits)
    raise Refusal(UNKNOWN)


def _ends_as_zip(file: File) -> bool:
    from . import archives  # noqa: PLC0415

    return archives.is_at_end_of(file)
