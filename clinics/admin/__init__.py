"""Admin pages of the directory, by subject."""

from clinics.admin import clinics, people, sources, travel, treatments

__all__ = ["clinics", "people", "sources", "travel", "treatments"]
