"""Editing doctors and care assistants, language by language."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from clinics.admin.photos import PhotoInline
from clinics.enums import CareKind
from clinics.models import CareAssistant, Doctor, Publication
from clinics.services import publishing
from clinics.services.publishing import NoSource, Person
from portal.core.admin.translated import TranslatedAdmin

PERSON = (("slug", "is_sample", "is_published"), ("source", "source_url"), "checked_on", ("languages", "cities"))


class CodesField(forms.CharField):
    """A list of codes, written with commas; the model says which there are."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [code.strip().lower() for code in (super().to_python(value) or "").split(",") if code.strip()]


class PublicationInline(TabularInline):  # type: ignore[misc]  # Unfold has no types
    """Papers that can be looked up."""

    model = Publication
    fields = ("title", "journal", "year", "url")
    extra = 0
    tab = True


class PersonAdmin(TranslatedAdmin):
    """A list from which people are published, and unpublished, several at a time."""

    actions = ("publish", "unpublish")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Ask for languages as codes and for kinds of care as boxes, not as JSON."""
        if db_field.name == "languages":
            return CodesField(required=False, help_text="ISO 639 codes with commas: ar, en, ru.")
        if db_field.name == "services":
            widget = UnfoldAdminCheckboxSelectMultipleWidget
            return forms.MultipleChoiceField(choices=CareKind.choices, required=False, widget=widget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_actions(self, request: HttpRequest, action_location: Any = ActionLocation.CHANGE_LIST) -> dict[str, Any]:
        """Return the two actions of the list for who may change people; rows are deleted one by one."""
        if action_location != ActionLocation.CHANGE_LIST or not self.has_change_permission(request):
            return {}
        return {name: self.get_action(name) for name in self.actions}

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = None, action_location: Any = ActionLocation.CHANGE_LIST
    ) -> list[tuple[str, str]]:
        """Return the actions to choose from; Unfold's own method has a signature that Django warns of."""
        actions = self.get_actions(request, action_location)
        return [("", "Choose an action"), *((one.name, one.description) for one in actions.values())]

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._act(request, queryset, publishing.publish, "published")

    @admin.action(description="Unpublish", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._act(request, queryset, publishing.unpublish, "unpublished")

    def _act(
        self, request: HttpRequest, queryset: QuerySet[Any], service: Callable[..., list[Person]], done: str
    ) -> None:
        try:
            changed = service(people=queryset)
        except NoSource as refusal:
            messages.error(request, f"Nobody was published. {refusal}")
            return
        for person in changed:
            self.log_change(request, person, f"{done.capitalize()}.")
        messages.success(request, f"{len(changed)} {done}, {queryset.count() - len(changed)} were so already.")


@admin.register(Doctor)
class DoctorAdmin(PersonAdmin):
    """A doctor of the directory; a real one has a source."""

    list_display = ("name", "field", "is_sample", "is_published")
    list_filter = ("is_sample", "is_published", "areas")
    search_fields = ("slug", "name_en")
    shared = (*PERSON, "practising_since", ("areas", "conditions"), ("clinics", "procedures"))
    inlines = (PublicationInline, PhotoInline)


@admin.register(CareAssistant)
class CareAssistantAdmin(PersonAdmin):
    """Somebody who goes along."""

    list_display = ("name", "is_sample", "is_published")
    list_filter = ("is_sample", "is_published")
    search_fields = ("slug", "name_en")
    shared = (*PERSON, "services")
    inlines = (PhotoInline,)
