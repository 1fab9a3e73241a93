"""Admin pages of what patients see of the team: coordinators and numbers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from clinics.admin.people import LanguagesField
from clinics.admin.photos import NONE_YET, REPLACED, UploadForm, seen_now
from clinics.selectors import photos
from portal.core.admin.forms import ENGLISH
from portal.core.admin.translated import TranslatedAdmin, edited_language
from requests.models import ContactNumber, CoordinatorProfile
from requests.selectors.desk import colleagues
from requests.services import people


class CoordinatorProfileForm(UploadForm):
    """A profile with its portrait."""

    without_portrait = forms.BooleanField(label=gettext_lazy("Take the photograph away"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.photo_id:
            self.fields["upload"].label = REPLACED
        else:
            del self.fields["without_portrait"]


@admin.register(CoordinatorProfile)
class CoordinatorProfileAdmin(TranslatedAdmin):
    """What patients read of a coordinator on the page of their case."""

    empty_list = gettext_lazy(
        "What patients read of their coordinator: name, languages, hours. Without a row they read the name of the account."
    )
    list_display = ("user", "name", "hours")
    list_select_related = ("user",)
    form = CoordinatorProfileForm
    shared = (("user",), ("languages",), ("areas",))
    readonly_fields = ("portrait",)

    def get_fieldsets(self, request: HttpRequest, obj: CoordinatorProfile | None = None) -> list[Any]:
        """Ask for a photograph under what is read beside it."""
        fieldsets = super().get_fieldsets(request, obj)
        if edited_language(request) != ENGLISH:
            return fieldsets
        taken_away = ["without_portrait"] if obj is not None and obj.photo_id else []
        return [*fieldsets, (_("Photograph"), {"fields": ["portrait", "upload", *taken_away]})]

    def save_model(
        self, request: HttpRequest, obj: CoordinatorProfile, form: CoordinatorProfileForm, change: bool
    ) -> None:
        people.save(
            profile=obj,
            upload=form.cleaned_data.get("upload"),
            without_portrait=form.cleaned_data.get("without_portrait", False),
        )

    @admin.display(description=gettext_lazy("now"))
    def portrait(self, profile: CoordinatorProfile) -> str:
        """Say what patients see of the photograph."""
        if profile.photo is None:
            return _(NONE_YET)
        variants = profile.photo.variants
        return seen_now(profile.photo, photos.address(variants[0]["files"]["jpeg"], "jpeg") if variants else "")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Ask for languages by name, and offer those who work cases."""
        if db_field.name == "languages":
            return LanguagesField(label=_("Languages"), required=False, help_text=_("With commas: Arabic, English."))
        if db_field.name == "areas":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        if db_field.name == "user":
            kwargs["queryset"] = colleagues()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ContactNumber)
class ContactNumberAdmin(TranslatedAdmin):
    """A number of ours that patients see."""

    empty_list = gettext_lazy(
        "The numbers by which we call and write to patients. Without one, their page names the messages alone."
    )
    list_display = ("channel", "number", "is_urgent", "order")
    shared = (("channel", "number"), ("is_urgent", "packages"), ("order",))
