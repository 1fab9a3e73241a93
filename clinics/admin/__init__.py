"""Editing the directory, by subject."""

from clinics.admin import clinics, people, travel, treatments

__all__ = ["clinics", "people", "travel", "treatments"]
