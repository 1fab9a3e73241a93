"""Admin actions that publish several rows of a list at a time."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.services import publishing
from clinics.services.publishing import NoSource


class Done(NamedTuple):
    """What an action says that it did: in the log of the admin, and to who did it."""

    logged: str
    told: Any


PUBLISHED = Done("Published.", gettext_lazy("%(changed)d published, %(others)d were so already."))
UNPUBLISHED = Done("Unpublished.", gettext_lazy("%(changed)d unpublished, %(others)d were so already."))


class PublishActions:
    """Two actions of a list; ``publish_rows`` is the service, which refuses with ``NoSource``."""

    actions = ("publish", "unpublish")
    publish_rows: Callable[[Any], list[Any]]
    nobody_published: Any = gettext_lazy("Nobody was published. %(reason)s")

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
        return [("", _("Choose an action")), *((action.name, action.description) for action in actions.values())]

    @admin.action(description=gettext_lazy("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._act(request, queryset, self.publish_rows, PUBLISHED)

    @admin.action(description=gettext_lazy("Unpublish"), permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._act(request, queryset, lambda rows: publishing.unpublish(rows=rows), UNPUBLISHED)

    def _act(
        self, request: HttpRequest, queryset: QuerySet[Any], service: Callable[[Any], list[Any]], done: Done
    ) -> None:
        try:
            changed = service(queryset)
        except NoSource as refusal:
            messages.error(request, self.nobody_published % {"reason": refusal})
            return
        for row in changed:
            self.log_change(request, row, done.logged)  # type: ignore[attr-defined]  # of the admin class
        counts = {"changed": len(changed), "others": queryset.count() - len(changed)}
        messages.success(request, done.told % counts)
