"""Editing areas, conditions and prices, and publishing; what readers say."""

from conditions.admin import catalogue, conditions, editions, feedback, prices, questionnaires, rates, reviewers

__all__ = ["catalogue", "conditions", "editions", "feedback", "prices", "questionnaires", "rates", "reviewers"]
