"""Reads of continuity packs: the one that stands, the one that is being written, and the papers that go with it."""

from collections.abc import Iterable

from requests.continuity_content import Paper
from requests.enums import DISCHARGE, DocumentState
from requests.models import Case, ContinuityDraft, ContinuityPack, Document
from requests.models.documents import series_in
from requests.selectors import documents


def versions(case: Case) -> list[ContinuityPack]:
    """Return the continuity packs of a case and of those merged into it, the newest first."""
    packs = ContinuityPack.objects.filter(case__in=case.whole()).select_related("case", "issued_by")
    return list(packs.order_by("-version"))


def standing(case: Case) -> ContinuityPack | None:
    """Return the continuity pack that stands, if one was issued."""
    return next((pack for pack in versions(case) if pack.superseded_at is None), None)


def draft_of(case: Case) -> ContinuityDraft | None:
    """Return what colleagues have written of the next pack of a case."""
    return ContinuityDraft.objects.select_related("case", "saved_by").filter(case=case).first()


def stamp(case: Case, draft: ContinuityDraft | None) -> str:
    """Return what a page carries to know whether somebody saved the draft, or issued a version, since it was opened."""
    last = max((pack.version for pack in versions(case)), default=0)
    return f"{last}:{draft.saved_at.isoformat() if draft else ''}"


def discharge_papers(case: Case) -> list[Document]:
    """Return the discharge papers of a case that were not rejected, the oldest first, each with ``translated_as``."""
    return series_in(row for row in _originals(case) if row.need == DISCHARGE)


def other_papers(case: Case) -> list[Document]:
    """Return the other papers of a case that can go with a pack, the oldest first: those that can be opened."""
    rows = series_in(row for row in _originals(case) if row.need != DISCHARGE)
    return [row for row in rows if row.can_be_opened]


def _originals(case: Case) -> list[Document]:
    return list(
        documents.originals(case).exclude(state=DocumentState.REJECTED).filter(refused="").order_by("received_at")
    )


def translations_of(paper: Document) -> list[Document]:
    """Return the translations of one of the papers above that can be opened."""
    rows: list[Document] = paper.translated_as  # type: ignore[attr-defined]  # of originals
    return [row for row in rows if row.can_be_opened]


def papers_of(case: Case, others: Iterable[str]) -> tuple[Paper, ...]:
    """Return what goes with a pack: discharge papers, each followed by its translations, then the chosen ``others``."""
    chosen = set(others)
    papers: list[Paper] = []
    for row in discharge_papers(case):
        papers.append(_paper(row))
        papers += [_paper(translation, translates=str(row.pk)) for translation in translations_of(row)]
    papers += [_paper(row, is_discharge=False) for row in other_papers(case) if str(row.pk) in chosen]
    return tuple(papers)


def _paper(row: Document, **details: bool | str) -> Paper:
    name = row.title.translate({0x2068: None, 0x2069: None})
    return Paper(id=str(row.pk), name=name, language=row.language, **details)  # type: ignore[arg-type]  # of Paper


def documents_of(case: Case, papers: Iterable[Paper]) -> dict[str, Document]:
    """Return by id the papers of a pack that are still here and can be opened; a series stands with all its images."""
    rows = Document.objects.here().filter(case__in=case.whole(), pk__in=[paper.id for paper in papers])
    documents_by_id = {str(row.pk): documents.series_of(row) for row in rows.select_related("case")}
    return {key: row for key, row in documents_by_id.items() if row.can_be_opened}
