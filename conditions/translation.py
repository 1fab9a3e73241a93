"""Translated columns of the conditions app."""

from modeltranslation.translator import translator

from conditions.models import (
    Area,
    Condition,
    DocumentNeed,
    Price,
    Procedure,
    Question,
    QuestionnaireQuestion,
    Reviewer,
    Section,
    Treatment,
)

translator.register(Area, fields=("name", "summary", "costs_note"))
translator.register(
    Condition,
    fields=("name", "plain_name", "synonyms", "summary", "key_facts", "glossary", "search_words", "search_note"),
)
translator.register(Section, fields=("heading", "body"))
translator.register(Treatment, fields=("name", "how", "suits", "benefits", "risks", "stay"))
translator.register(Question, fields=("text",))
translator.register(DocumentNeed, fields=("name", "reason", "how_to"))
translator.register(QuestionnaireQuestion, fields=("text", "help", "choices", "columns", "unit", "decides"))
translator.register(Procedure, fields=("name", "unit"))
translator.register(Price, fields=("included", "excluded"))
translator.register(Reviewer, fields=("name", "credential"))
