"""Admin classes for translated columns: one language at a time, with the English text beside it.

The language stands in the address (``?lang=ru``). Without it the page edits English together with
everything that has no language. No script is needed.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname
from unfold.admin import StackedInline

from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import ENGLISH, PortalModelForm
from portal.core.admin.languages import language_inside


def edited_language(request: HttpRequest) -> str:
    """Return the language that this page edits."""
    code = request.GET.get("lang", ENGLISH)
    return code if code in settings.MODELTRANSLATION_LANGUAGES else ENGLISH


def translated_names(model: type[models.Model]) -> list[str]:
    """Return the names of the translated columns of a model in their order."""
    if model not in translator.get_registered_models():
        return []
    names = set(translator.get_options_for_model(model).get_field_names())
    return [field.name for field in model._meta.fields if field.name in names]


def _label_in(name: str, code: str) -> str:
    return _("%(field)s in %(language)s") % {"field": capfirst(name), "language": language_inside(code)}


label_in = lazy(_label_in, str)


class LanguageByLanguage:
    """Field lists for one language; ``shared`` names the fields that have none, row by row."""

    model: type[models.Model]
    shared: tuple[Any, ...] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        language, names = edited_language(request), translated_names(self.model)
        if language == ENGLISH:
            words = [build_localized_fieldname(name, ENGLISH) for name in names]
            return [(None, {"fields": [*self.shared, *words]})]
        rows = [tuple(build_localized_fieldname(name, code) for code in (ENGLISH, language)) for name in names]
        return [(None, {"fields": rows, "classes": ["two-languages"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))  # type: ignore[misc]  # of the admin class
        if edited_language(request) != ENGLISH:
            fields += [build_localized_fieldname(name, ENGLISH) for name in translated_names(self.model)]
        return fields

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        field: Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        code = getattr(db_field, "language", None)
        if field is None or code is None:
            return field
        original = db_field.translated_field
        # Lazy, for the log of the admin asks for it in English.
        field.label = label_in(original.verbose_name, code)
        field.required = code == ENGLISH and not original.blank
        field.widget.attrs |= {"lang": code, "dir": "rtl" if get_language_info(code)["bidi"] else "ltr"}
        if isinstance(original, models.TextField):
            field.widget.attrs["rows"] = 8
        return field


class TranslatedAdmin(LanguageByLanguage, PortalAdmin):
    """A page with translated columns and a language switch above them."""

    change_form_outer_before_template = "admin/languages.html"
    compressed_fields = True

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["edit_languages"] = self.switch(request) if context.get("original") is not None else []
        return super().render_change_form(request, context, *args, **kwargs)

    def is_whole_page(self, request: HttpRequest) -> bool:
        return edited_language(request) == ENGLISH

    def switch(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the languages of the switch: name, address, whether it is this one, whether it is live."""
        kept = {name: value for name, value in request.GET.items() if name != "lang"}
        return [
            {
                "code": code,
                "name": settings.ALL_LANGUAGES[code],
                "url": "?" + urlencode({**kept, "lang": code}),
                "is_current": code == edited_language(request),
                "is_live": code in settings.LIVE_LANGUAGES,
            }
            for code in settings.MODELTRANSLATION_LANGUAGES
        ]

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        inlines: list[Any] = super().get_inline_instances(request, obj)
        if edited_language(request) == ENGLISH:
            return inlines
        return [inline for inline in inlines if translated_names(inline.model)]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {}


class TranslatedInline(LanguageByLanguage, StackedInline):  # type: ignore[misc]  # Unfold has no types
    """Rows with translated columns; rows come and go on the English page only."""

    form = PortalModelForm
    extra = 0
    tab = True
    collapsible = True

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return edited_language(request) == ENGLISH and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return edited_language(request) == ENGLISH and super().has_delete_permission(request, obj)
