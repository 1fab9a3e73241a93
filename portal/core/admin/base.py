"""The classes that every admin page of the portal is made from."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin


class PortalAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """A page of the admin: no bulk actions, no editing in lists, a warning before typed text is lost."""

    warn_unsaved_form = True
    view_on_site = False
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = False

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        return {}


class ReadOnlyAdmin(PortalAdmin):
    """Rows that the admin shows and never writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
