"""Operation of migrations that name models and fields anew, which no database has to know."""

from typing import Any

from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.state import ProjectState


class Rename(SeparateDatabaseAndState):
    """Changes of verbose names, help texts and choices; the models are rendered once after all of them, not after each."""

    def __init__(self, state_operations: Any) -> None:
        super().__init__(state_operations=state_operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.state_operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # With hundreds of names, reloading the models that are rendered took longer than all other migrations.
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
