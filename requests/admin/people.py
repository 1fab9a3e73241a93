"""Admin pages of what patients see of the team: coordinators and numbers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from clinics.admin.people import LanguagesField
from portal.core.admin.translated import TranslatedAdmin
from requests.models import ContactNumber, CoordinatorProfile
from requests.selectors.desk import colleagues


@admin.register(CoordinatorProfile)
class CoordinatorProfileAdmin(TranslatedAdmin):
    """What patients read of a coordinator on the page of their case."""

    empty_list = "What patients read of their coordinator: name, languages, hours. Without a row they read the name of the account."
    list_display = ("user", "name", "hours")
    list_select_related = ("user",)
    shared = (("user",), ("languages",))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Ask for languages by name, and offer those who work cases."""
        if db_field.name == "languages":
            return LanguagesField(label="Languages", required=False, help_text="With commas: Arabic, English.")
        if db_field.name == "user":
            kwargs["queryset"] = colleagues()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ContactNumber)
class ContactNumberAdmin(TranslatedAdmin):
    """A number of ours that patients see."""

    empty_list = "The numbers by which we call and write to patients. Without one, their page names the messages alone."
    list_display = ("channel", "number", "is_urgent", "order")
    shared = (("channel", "number"), ("is_urgent", "packages"), ("order",))
