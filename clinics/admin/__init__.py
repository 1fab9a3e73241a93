"""Admin pages of the directory, by subject."""

from clinics.admin import clinics, commissions, contacts, people, sources, travel, treatments

__all__ = ["clinics", "commissions", "contacts", "people", "sources", "travel", "treatments"]
