"""Models of the conditions app, by subject."""

from conditions.models.areas import Area
from conditions.models.conditions import Condition, DocumentNeed, Question, Section, Source, Treatment
from conditions.models.editions import Edition, EditionHtml
from conditions.models.feedback import Feedback
from conditions.models.loaded import LoadedContent
from conditions.models.prices import Price, PriceTerms, Procedure
from conditions.models.reviewers import Reviewer

__all__ = [
    "Area",
    "Condition",
    "DocumentNeed",
    "Edition",
    "EditionHtml",
    "Feedback",
    "LoadedContent",
    "Price",
    "PriceTerms",
    "Procedure",
    "Question",
    "Reviewer",
    "Section",
    "Source",
    "Treatment",
]
