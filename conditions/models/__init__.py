"""Models of the conditions app, by subject."""

from conditions.models.areas import Area
from conditions.models.conditions import Condition, DocumentNeed, Question, Section, Source, Treatment
from conditions.models.editions import Edition, EditionHtml
from conditions.models.feedback import Feedback
from conditions.models.loaded import LoadedContent
from conditions.models.prices import ExchangeRate, Price, PriceTerms, Procedure
from conditions.models.questionnaires import (
    Questionnaire,
    QuestionnaireEdition,
    QuestionnaireQuestion,
    QuestionnaireSource,
)
from conditions.models.reviewers import Reviewer

__all__ = [
    "Area",
    "Condition",
    "DocumentNeed",
    "Edition",
    "EditionHtml",
    "ExchangeRate",
    "Feedback",
    "LoadedContent",
    "Price",
    "PriceTerms",
    "Procedure",
    "Question",
    "Questionnaire",
    "QuestionnaireEdition",
    "QuestionnaireQuestion",
    "QuestionnaireSource",
    "Reviewer",
    "Section",
    "Source",
    "Treatment",
]
