"""The first draft of a brief: everything that the case says, in both languages where the portal knows both."""

from django.utils import timezone
from django.utils.translation import override

from requests.brief_content import OLDEST, BriefContent, Pair
from requests.enums import BriefPart
from requests.models import Case
from requests.selectors import briefs, patients
from requests.selectors.cases import words
from requests.services import brief_answers


def first_draft(case: Case) -> BriefContent:
    """Return facts, answers and papers of a case; the question to the doctors is else what the patient wrote to us."""
    own, other = briefs.languages(case)
    statement, condition = patients.last_statement(case), case.condition
    told = brief_answers.told(case, own, other)
    asked = "\n\n".join(text for _at, text in words(case))
    return BriefContent(
        years=min(statement.age_on(timezone.localdate()), OLDEST) if statement else None,
        country=case.country,
        condition=Pair(_name(condition, own), _name(condition, other)) if condition else Pair(),
        icd10=condition.icd10 if condition else "",
        ecog=told.ecog,
        parts={BriefPart.QUESTION.value: Pair(own=asked)} | told.parts,
        history=told.history,
        sections=told.sections,
        papers=briefs.papers_of(case),
    )


def _name(row: object, language: str) -> str:
    with override(language):
        return str(row)
