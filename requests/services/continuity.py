"""Continuity packs: their draft, which colleagues share, and the versions that are issued from it."""

import json
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.continuity_content import PackContent
from requests.enums import DESK_NAMES, DISCHARGE_NAME, EventKind, ForWhom, PrintedKind, Status
from requests.models import Case, ContinuityDraft, ContinuityPack, PrintedPaper
from requests.pdf import continuity as continuity_pdf
from requests.permissions import check_can_work_cases
from requests.selectors import continuity
from requests.selectors.documents import can_be_read
from requests.services import audit, clock, effects, form_tokens, printing
from requests.workflow import PACKED

# What a form posted, field by field.
type Typed = dict[str, list[str]]


class PackRefused(Exception):
    """A pack that cannot be issued now; ``sentences`` say what is missing, for the desk."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = list(sentences)


class SavedMeanwhile(Exception):
    """The draft was saved, or a version issued, since the page was opened; nothing is written."""


def check_can_be_written(case: Case) -> None:
    """Raise ``PackRefused`` unless a pack can be written in the state of a case."""
    if case.has_died:
        raise PackRefused(_("The patient died. No continuity pack is issued any more."))
    if case.status not in PACKED:
        state = DESK_NAMES[Status(case.status)]
        raise PackRefused(
            _("A continuity pack is written from “In treatment” on. This case is in “%(state)s”.") % {"state": state}
        )


def keep(*, case: Case, typed: Typed, seen: str, by: User) -> ContinuityDraft:
    """Keep what was typed as the draft of a case; ``seen`` is the stamp of the page.

    The same text again writes nothing. Raises ``SavedMeanwhile``, ``PackRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        check_can_be_written(locked)
        draft = continuity.draft_of(locked)
        if draft is not None and typed_in(draft) == typed:
            return draft
        if seen != continuity.stamp(locked, draft):
            raise SavedMeanwhile
        draft = draft or ContinuityDraft(case=locked)
        draft.typed, draft.saved_at, draft.saved_by = json.dumps(typed, ensure_ascii=False), timezone.now(), by
        draft.save()
        return draft


def typed_in(draft: ContinuityDraft) -> Typed:
    """Return what was typed in a draft."""
    typed: Typed = json.loads(draft.typed)
    return typed


def lacking(case: Case, content: PackContent) -> list[str]:
    """Say what a pack lacks without which none is issued, a sentence for each thing."""
    papers = continuity.discharge_papers(case)
    sentences = []
    if not papers:
        place = {"name": DISCHARGE_NAME}
        sentences.append(_("No discharge paper is here. Add it to the papers, filed as “%(name)s”.") % place)
    for paper in papers:
        if not paper.can_be_opened:
            sentences.append(_("“%(name)s” cannot be opened yet: it is still being checked.") % {"name": paper.title})
        elif not can_be_read(case, paper):
            untranslated = _(
                "“%(name)s” has no translation. Add one, or accept the paper in a language of the patient."
            )
            sentences.append(untranslated % {"name": paper.title})
        elif paper.has_translation and not continuity.translations_of(paper):
            being_checked = _("The translation of “%(name)s” cannot be opened yet: it is still being checked.")
            sentences.append(being_checked % {"name": paper.title})
    if not content.medicines and not content.no_medicines:
        sentences.append(_("No medicine is listed. List them, or say which paper says that there are none."))
    if not content.follow_ups:
        sentences.append(_("No follow-up date is listed."))
    return sentences


def issued_by(case: Case, form_token: str) -> ContinuityPack | None:
    """Return the pack that a form has issued already."""
    return ContinuityPack.objects.filter(form_token=form_tokens.key(case.pk, form_token)).first()


def issue(
    *,
    case: Case,
    content: PackContent,
    others: Iterable[str],
    doctor_language: str,
    seen: str,
    form_token: str,
    by: User,
) -> ContinuityPack:
    """Issue the next version of a pack, which supersedes the one that stands and ends the draft; the same form counts once.

    The discharge papers, their translations and the ``others`` (ids) go with it. The PDF and the mail to the patient
    follow through the outbox. ``seen`` is the stamp of the page. Raises ``SavedMeanwhile``, ``PackRefused`` or
    ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        known = issued_by(locked, form_token)
        if known is not None:
            return known
        check_can_be_written(locked)
        draft = continuity.draft_of(locked)
        if seen != continuity.stamp(locked, draft):
            raise SavedMeanwhile
        if sentences := lacking(locked, content):
            raise PackRefused(*sentences)
        versions = continuity.versions(locked)
        now = timezone.now()
        ContinuityPack.objects.filter(pk__in=[row.pk for row in versions], superseded_at=None).update(superseded_at=now)
        content = replace(content, patient=_patient(locked), papers=continuity.papers_of(locked, others))
        pack = ContinuityPack.objects.create(
            case=locked,
            version=max((row.version for row in versions), default=0) + 1,
            language=locked.language,
            doctor_language=doctor_language,
            content=content.as_json(),
            form_token=form_tokens.key(locked.pk, form_token),
            issued_at=now,
            issued_by=by,
        )
        if draft is not None:
            draft.delete()
        audit.record(locked, EventKind.CONTINUITY_ISSUED, by=by, object_id=pack.pk)
        printing.owe(locked, PrintedKind.CONTINUITY, language=pack.language, object_id=pack.pk)
        effects.add(locked, [effects.owed(locked, effects.CONTINUITY, pack.pk, held=locked.holds_mails)])
    return pack


def _patient(case: Case) -> str:
    """Return whose pack it is; empty where somebody else wrote and has not said it."""
    return case.patient_name or (case.name if case.for_whom == ForWhom.ME else "")


@printing.renders(PrintedKind.CONTINUITY)
def render(paper: PrintedPaper) -> bytes:
    """Return the PDF of a pack."""
    return continuity_pdf.render(ContinuityPack.objects.select_related("case").get(pk=paper.object_id))


def printed(pack: ContinuityPack) -> PrintedPaper | None:
    """Return the PDF of a pack; where it is not printed yet, owe it and return None."""
    return printing.ready_or_owed(pack.case, PrintedKind.CONTINUITY, language=pack.language, object_id=pack.pk)
