"""Printing of the PDFs of a case by workers; estimates have their own (``services.estimates``).

Who makes a kind of PDF registers it with ``renders``. A PDF whose ``made_from`` gives another text than the one that it
was printed from is stale, and is printed anew; one without ``made_from`` never changes.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.core import files
from portal.core.encryption.primitives import seal, unseal
from requests.enums import PrintedKind
from requests.models import Case, PrintedPaper
from requests.services import clock, effects

type Render = Callable[[PrintedPaper], bytes]
type MadeFrom = Callable[[PrintedPaper], str]


@dataclass(frozen=True)
class _Printer:
    render: Render
    made_from: MadeFrom | None


_printers: dict[str, _Printer] = {}


def renders(kind: PrintedKind, *, made_from: MadeFrom | None = None) -> Callable[[Render], Render]:
    """Register the decorated function, which returns the bytes of a PDF of ``kind``.

    ``made_from`` returns a text that changes whenever the PDF would say something else, such as its HTML.
    """

    def register(render: Render) -> Render:
        _printers[kind] = _Printer(render, made_from)
        return render

    return register


def owe(locked_case: Case, kind: PrintedKind, *, language: str, object_id: UUID | None = None) -> PrintedPaper:
    """Have a worker print a PDF of a locked case, once until that is done; ``object_id`` is the case when not given.

    One that never changes is printed once for good.
    """
    paper, _is_new = PrintedPaper.objects.get_or_create(
        case=locked_case, kind=kind, object_id=object_id or locked_case.pk, language=language
    )
    if paper.is_owed or (paper.name and _printers[kind].made_from is None):
        return paper
    paper.number, paper.is_owed = paper.number + 1, True
    paper.save(update_fields=["number", "is_owed"])
    # The number: what was printed before must not be taken for done when it is owed again.
    effects.add(locked_case, [effects.owed(locked_case, effects.CASE_PDF, paper.pk, f"{paper.pk}:{paper.number}")])
    return paper


def ready(case: Case, kind: PrintedKind, *, language: str, object_id: UUID | None = None) -> PrintedPaper | None:
    """Return a PDF that is printed and says what it would say now; None owes nothing by itself."""
    rows = PrintedPaper.objects.filter(case=case, kind=kind, object_id=object_id or case.pk, language=language)
    paper = rows.exclude(name="").select_related("case").first()
    return paper if paper is not None and paper.digest == _digest(paper) else None


def ready_or_owed(
    case: Case, kind: PrintedKind, *, language: str, object_id: UUID | None = None
) -> PrintedPaper | None:
    """Return a PDF as ``ready`` does; where there is none, have it printed and return None."""
    paper = ready(case, kind, language=language, object_id=object_id)
    if paper is None:
        with transaction.atomic():
            owe(clock.lock(case), kind, language=language, object_id=object_id)
    return paper


def fulfil(paper: PrintedPaper) -> None:
    """Print a PDF that is owed, seal and keep it; the file that it replaces is deleted. Not owed, nothing is done.

    Killed in the middle it leaves a file that no row names, for ``sweep_files``, and its outbox row is handed out again.
    """
    if not paper.is_owed:
        return
    # Before it is printed: what changes in between makes this one stale, and never a stale one current.
    digest = _digest(paper)
    pdf = _printers[paper.kind].render(paper)
    # On the disk before a row names it.
    name = files.write(seal(paper.case.data_key(), pdf, _aad(paper)))
    mine = PrintedPaper.objects.filter(pk=paper.pk, number=paper.number, is_owed=True)
    printed = {"name": name, "sha256": files.sha256(pdf), "digest": digest, "printed_at": timezone.now()}
    if not mine.update(is_owed=False, **printed):
        # Another worker was quicker.
        files.delete(name)
    elif paper.name:
        files.delete(paper.name)


def read(paper: PrintedPaper) -> bytes:
    """Return the bytes of a printed PDF; raises ``FileNotFoundError`` or ``DecryptionError``."""
    try:
        sealed = files.read(paper.name)
    except FileNotFoundError:
        # Replaced since the row was read: the newer one takes its place.
        paper.refresh_from_db(fields=["name"])
        sealed = files.read(paper.name)
    return unseal(paper.case.data_key(), sealed, _aad(paper))


def _digest(paper: PrintedPaper) -> str:
    """Return the hash of what a PDF would say now; nobody without the key of the case can guess what it was made of."""
    made_from = _printers[paper.kind].made_from
    if made_from is None:
        return ""
    return hmac.new(paper.case.data_key(), made_from(paper).encode(), hashlib.sha256).hexdigest()


def _aad(paper: PrintedPaper) -> str:
    return f"printed.pdf:{paper.pk}"
