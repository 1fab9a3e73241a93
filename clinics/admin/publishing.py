"""Admin actions that publish several rows of a list at a time."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest

from clinics.services import publishing
from clinics.services.publishing import NoSource


class PublishActions:
    """Two actions of a list; ``publish_rows`` is the service, which refuses with ``NoSource``."""

    actions = ("publish", "unpublish")
    publish_rows: Callable[[Any], list[Any]]
    nobody = "Nobody"

    def get_actions(self, request: HttpRequest, action_location: Any = ActionLocation.CHANGE_LIST) -> dict[str, Any]:
        """Return the two actions of the list for who may change rows; rows are deleted one by one."""
        may_change = self.has_change_permission(request)  # type: ignore[attr-defined]  # of the admin class
        if action_location != ActionLocation.CHANGE_LIST or not may_change:
            return {}
        return {name: self.get_action(name) for name in self.actions}  # type: ignore[attr-defined]  # of the admin class

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = None, action_location: Any = ActionLocation.CHANGE_LIST
    ) -> list[tuple[str, str]]:
        """Return the actions to choose from; Unfold's own method has a signature that Django warns of."""
        actions = self.get_actions(request, action_location)
        return [("", "Choose an action"), *((action.name, action.description) for action in actions.values())]

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._act(request, queryset, self.publish_rows, "published")

    @admin.action(description="Unpublish", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._act(request, queryset, lambda rows: publishing.unpublish(rows=rows), "unpublished")

    def _act(
        self, request: HttpRequest, queryset: QuerySet[Any], service: Callable[[Any], list[Any]], done: str
    ) -> None:
        try:
            changed = service(queryset)
        except NoSource as refusal:
            messages.error(request, f"{self.nobody} was published. {refusal}")
            return
        for row in changed:
            self.log_change(request, row, f"{done.capitalize()}.")  # type: ignore[attr-defined]  # of the admin class
        messages.success(request, f"{len(changed)} {done}, {queryset.count() - len(changed)} were so already.")
