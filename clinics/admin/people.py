"""Admin pages of doctors and care assistants, language by language."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from clinics.admin.photos import PhotoInline
from clinics.admin.publishing import PublishActions
from clinics.enums import CareKind
from clinics.models import CareAssistant, Doctor, Publication
from clinics.services import publishing
from clinics.services.publishing import Person
from portal.core.admin.base import PortalTabularInline
from portal.core.admin.translated import TranslatedAdmin
from portal.core.localisation import desk_formats, formats

PERSON = (("slug", "is_sample", "is_published"), ("source", "source_url"), "checked_on", ("languages", "cities"))


class LanguagesField(forms.CharField):
    """A list of languages with commas, by name or by ISO 639 code, kept as codes; the model says which there are."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        language = desk_formats.language()
        return ", ".join(formats.language_name(code, language) for code in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        names = (pair for language in settings.DESK_LANGUAGES for pair in formats.locale(language).languages.items())
        codes = {name.casefold(): code for code, name in names}
        words = [word.strip().casefold() for word in (super().to_python(value) or "").split(",")]
        return [codes.get(word, word) for word in words if word]


class PublicationInline(PortalTabularInline):
    """Papers that can be looked up."""

    model = Publication
    fields = ("title", "journal", "year", "url")


class PersonAdmin(PublishActions, TranslatedAdmin):
    """A list from which people are published, and unpublished, several at a time."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Ask for languages by name and for kinds of care as boxes, not as JSON."""
        if db_field.name == "languages":
            help_text = _("With commas: Arabic, English. ISO 639 codes will do: ar, en.")
            return LanguagesField(label=_("Languages"), required=False, help_text=help_text)
        if db_field.name == "services":
            widget = UnfoldAdminCheckboxSelectMultipleWidget
            choices = CareKind.choices
            return forms.MultipleChoiceField(label=_("Kinds of care"), choices=choices, required=False, widget=widget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def publish_rows(self, people: Iterable[Person]) -> list[Person]:
        return publishing.publish_people(people=people)


@admin.register(Doctor)
class DoctorAdmin(PersonAdmin):
    """A doctor of the directory; a real one has a source."""

    empty_list = gettext_lazy("Doctors of the directory, each with a source. Nobody is shown before being published.")
    list_display = ("name", "field", "is_sample", "is_published")
    list_filter = ("is_sample", "is_published", "areas")
    search_fields = ("slug", "name_en", "name_ru")
    shared = (*PERSON, "practising_since", ("areas", "conditions"), ("clinics", "procedures"))
    inlines = (PublicationInline, PhotoInline)


@admin.register(CareAssistant)
class CareAssistantAdmin(PersonAdmin):
    """Somebody who goes along."""

    empty_list = gettext_lazy("People who go along with patients. Nobody is shown before being published.")
    list_display = ("name", "is_sample", "is_published")
    list_filter = ("is_sample", "is_published")
    search_fields = ("slug", "name_en", "name_ru")
    shared = (*PERSON, "services")
    inlines = (PhotoInline,)
