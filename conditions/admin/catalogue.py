"""Admin pages of areas and procedures."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from conditions.models import Area, Procedure
from portal.core.admin.translated import TranslatedAdmin


@admin.register(Area)
class AreaAdmin(TranslatedAdmin):
    """An area of medicine."""

    empty_list = _("Areas of medicine, such as oncology. Add them before the illnesses that belong to them.")
    list_display = ("name", "order")
    shared = (("slug", "order"),)


@admin.register(Procedure)
class ProcedureAdmin(TranslatedAdmin):
    """Something that has a price."""

    empty_list = _("Operations, tests and treatments that have a price. Add them before prices.")
    list_display = ("name", "unit", "order")
    search_fields = ("code", "name_en", "name_ru")
    shared = (("code", "order"),)
