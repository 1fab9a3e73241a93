"""Translated columns of the conditions app."""

from modeltranslation.translator import TranslationOptions, register

from conditions.models import Area, Condition, Price, Procedure, Question, Reviewer, Section, Treatment


@register(Area)
class AreaTranslation(TranslationOptions):
    fields = ("name", "summary", "costs_note")


@register(Condition)
class ConditionTranslation(TranslationOptions):
    fields = ("name", "plain_name", "synonyms", "summary", "key_facts", "glossary", "search_words", "search_note")


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ("heading", "body")


@register(Treatment)
class TreatmentTranslation(TranslationOptions):
    fields = ("name", "how", "suits", "benefits", "risks", "stay")


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("text",)


@register(Procedure)
class ProcedureTranslation(TranslationOptions):
    fields = ("name", "unit")


@register(Price)
class PriceTranslation(TranslationOptions):
    fields = ("included", "excluded")


@register(Reviewer)
class ReviewerTranslation(TranslationOptions):
    fields = ("name", "credential")
