"""Editing areas, conditions and prices, and publishing."""

from conditions.admin import catalogue, conditions, editions

__all__ = ["catalogue", "conditions", "editions"]
