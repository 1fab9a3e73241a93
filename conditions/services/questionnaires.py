"""Publishing of questionnaires: freezes the draft in one language as what patients are asked."""

import hashlib
import json

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from conditions.models import Questionnaire, QuestionnaireEdition
from conditions.permissions import check_can_publish
from conditions.selectors.questionnaires import Content, content
from conditions.services import questionnaire_gate
from conditions.services.editions import DraftChanged, EditionIsOld
from conditions.services.gate import GateLine
from portal.accounts.models import User


class QuestionnaireIsNotReady(Exception):
    """A questionnaire may not be published yet; ``lines`` are the demands that are not met."""

    def __init__(self, lines: list[GateLine]) -> None:
        self.lines = [line for line in lines if not line.ok]
        super().__init__(" ".join(line.message for line in self.lines))


def publish(
    *, questionnaire: Questionnaire, language: str, by: User | None, change_note: str, seen: str | None = None
) -> QuestionnaireEdition:
    """Freeze the draft in one language and make it what patients are asked.

    ``by`` is ``None`` for the loader of content, ``seen`` what ``fingerprint`` said when somebody looked at the page
    from which they publish. Raises ``DraftChanged`` when that is not so any more, ``QuestionnaireIsNotReady`` with
    what is missing, and ``PermissionDenied`` when ``by`` is no editor.
    """
    if by is not None:
        check_can_publish(by)
    with transaction.atomic():
        # The lock keeps two editors from taking the same number.
        Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
        draft = content(questionnaire, language)
        if seen is not None and seen != fingerprint(draft, public_key(questionnaire, language)):
            raise DraftChanged
        lines = questionnaire_gate.check_content(draft, questionnaire_gate.core_questions(questionnaire))
        if not all(line.ok for line in lines):
            raise QuestionnaireIsNotReady(lines)
        return _freeze(questionnaire, language, draft, change_note, by, lines=[line.stored() for line in lines])


def restore(*, edition: QuestionnaireEdition, by: User, public: int | None) -> QuestionnaireEdition:
    """Publish what an older edition said as a new one; the draft stays as it is.

    ``public`` is the key of the edition that was public when somebody decided so. Raises ``EditionIsOld`` when
    another one is by now, and ``PermissionDenied``.
    """
    check_can_publish(by)
    with transaction.atomic():
        _lock(edition, public)
        with override(edition.language):
            note = _("Edition %(number)d again") % {"number": edition.number}
        return _freeze(edition.questionnaire, edition.language, edition.content, note, by, lines=edition.gate)


def withdraw(*, edition: QuestionnaireEdition, by: User) -> None:
    """Take back what patients are asked; the edition before it, if any, is asked again.

    Raises ``EditionIsOld`` when another one is public by now, and ``PermissionDenied``.
    """
    check_can_publish(by)
    with transaction.atomic():
        _lock(edition, edition.pk)
        edition.withdrawn_at = timezone.now()
        edition.save(update_fields=["withdrawn_at"])


def public_key(questionnaire: Questionnaire, language: str) -> int | None:
    """Return the key of the edition that patients are asked, None when there is none."""
    current = QuestionnaireEdition.objects.current().filter(questionnaire=questionnaire, language=language)
    return current.values_list("pk", flat=True).first()


def fingerprint(draft: Content, public: int | None) -> str:
    """Return what tells whether a draft, or what is public, is another one than somebody saw."""
    text = json.dumps([draft, public], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _lock(edition: QuestionnaireEdition, public: int | None) -> None:
    Questionnaire.objects.select_for_update().get(pk=edition.questionnaire_id)
    if public != public_key(edition.questionnaire, edition.language):
        raise EditionIsOld


def _freeze(
    questionnaire: Questionnaire,
    language: str,
    frozen: Content,
    note: str,
    by: User | None,
    *,
    lines: list[dict[str, object]],
) -> QuestionnaireEdition:
    # Those of withdrawn editions too, or a number would come twice.
    numbers = QuestionnaireEdition.objects.filter(questionnaire=questionnaire, language=language)
    return QuestionnaireEdition.objects.create(
        questionnaire=questionnaire,
        language=language,
        number=max(numbers.values_list("number", flat=True), default=0) + 1,
        content=frozen,
        change_note=note,
        gate=lines,
        published_by=by,
    )
