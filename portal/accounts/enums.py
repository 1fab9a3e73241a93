"""Roles of staff: the name of a role is the name of its group."""

from django.db.models import TextChoices


class Role(TextChoices):
    COORDINATOR = "coordinator", "Coordinator"
    LEAD = "lead", "Lead coordinator"
    EDITOR = "editor", "Editor"
    REVIEWER = "reviewer", "Medical reviewer"
    FINANCE = "finance", "Finance"
