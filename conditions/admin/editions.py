"""Editions as a read-only list: what the public could read, when, and who published it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from conditions.models import Edition
from portal.core.admin.base import ReadOnlyAdmin


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """A published version; its content never changes."""

    list_display = ("condition", "language", "number", "change_note", "published_at", "published_by", "withdrawn_at")
    list_select_related = ("condition", "published_by")
    list_filter = ("condition", "language")
    fields = (
        "condition",
        "language",
        "number",
        "change_note",
        "published_at",
        "published_by",
        "withdrawn_at",
        "search_text",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        found: QuerySet[Edition] = super().get_queryset(request).defer("content")
        return found
