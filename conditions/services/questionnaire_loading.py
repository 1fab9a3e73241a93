"""Loading of questionnaires from content files, and publishing of those that are ready."""

from pathlib import Path
from typing import Any

from django.conf import settings

from conditions.models import (
    Condition,
    Questionnaire,
    QuestionnaireEdition,
    QuestionnaireQuestion,
    QuestionnaireSource,
)
from conditions.models.questionnaires import CORE
from conditions.selectors.questionnaires import content
from conditions.services import questionnaire_files, questionnaires
from conditions.services.questionnaire_files import Asked, asked_in, check_owners
from conditions.services.questionnaires import QuestionnaireIsNotReady
from portal.core.bulk.bulk_changes import bulk_changes
from portal.core.content.content_files import ContentError, Entry, fill, save
from portal.core.content.loader import Loader, Say

# The rows that belong to a questionnaire; its editions do not, they are never written over.
CHILDREN = ("questions", "sources")


def load_questionnaires(folder: Path, loader: Loader, say: Say) -> None:
    """Load the questionnaires of a folder, the core first, and publish each live language that is ready."""
    core: Asked = {}
    owners: dict[str, str] = {}
    loaded = []
    for path in questionnaire_files.paths(folder):
        entry, rows = questionnaire_files.read(path, core)
        check_owners(path, rows, owners)
        core = asked_in(rows) if path.stem == CORE else core
        if questionnaire := _load(entry, rows, loader):
            loaded.append(questionnaire)
    for questionnaire in loaded:
        with bulk_changes():
            _publish_all(questionnaire, say)


def _load(entry: Entry, rows: list[dict[str, Any]], loader: Loader) -> Questionnaire | None:
    code = entry.path.stem
    condition = Condition.objects.filter(slug=code).first()
    if condition is None and code != CORE:
        raise ContentError(entry.path, "", f"there is no condition “{code}” to ask about.")
    with loader.row(Questionnaire, {"code": code}, entry.row, CHILDREN) as questionnaire:
        if questionnaire is None:
            return None
        questionnaire.condition = condition
        save(questionnaire, entry)
        for name in CHILDREN:
            getattr(questionnaire, name).all().delete()
        for row in rows:
            question = QuestionnaireQuestion(questionnaire=questionnaire, **row)
            others = QuestionnaireQuestion.objects.filter(code=question.code).select_related("questionnaire")
            if (other := others.first()) is not None:
                raise ContentError(
                    entry.path, question.code, f"{other.questionnaire.code} has a question of this code."
                )
            save(question, entry)
        for number, source in enumerate(entry.entries("sources"), start=1):
            row_of_source = QuestionnaireSource(questionnaire=questionnaire, number=number, title=source.text("title"))
            fill(row_of_source, url=source.text("url"), publisher=source.text("publisher", ""))
            fill(row_of_source, year=source.row.get("year"), checked_on=source.day("checked_on"))
            save(row_of_source, source)
    return questionnaire


def _publish_all(questionnaire: Questionnaire, say: Say) -> None:
    """Publish each live language, unless patients are asked exactly this; say when the gate is red."""
    for language in settings.LIVE_LANGUAGES:
        name = f"questionnaire {questionnaire.code} ({language})"
        of_language = QuestionnaireEdition.objects.filter(questionnaire=questionnaire, language=language)
        current = of_language.current().first()
        if current is not None and current.content == content(questionnaire, language):
            say(f"{name}: nothing new to publish")
            continue
        try:
            edition = questionnaires.publish(questionnaire=questionnaire, language=language, by=None, change_note="")
        except QuestionnaireIsNotReady as refusal:
            for line in refusal.lines:
                say(f"{name}: not published: {line.message}")
        else:
            say(f"{name}: published as edition {edition.number}")
