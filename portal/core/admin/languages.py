"""Languages in lists and filters of the admin, by their names."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from portal.core.localisation import desk_formats, formats


def language_inside(code: str) -> str:
    """Return the name of a language of the site as it stands inside a sentence: Russian begins it small."""
    name = gettext(get_language_info(code)["name"])
    return name if desk_formats.language() == "en" else name.lower()


class LanguageFilter(SimpleListFilter):
    """The rows of one language of the site."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(code, formats.language_name(code, desk_formats.language())) for code in settings.ALL_LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(language=self.value()) if self.value() in settings.ALL_LANGUAGES else queryset


class LanguageColumn:
    """A list and a page whose rows have a language."""

    @display(description=_("Language"), ordering="language")
    def language_name(self, row: Any) -> str:
        return formats.language_name(row.language, desk_formats.language())
