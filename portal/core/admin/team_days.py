"""Admin page of the team's own days off and extra working days."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from portal.core.admin.base import PortalAdmin
from portal.core.localisation import desk_formats
from portal.core.models import TeamDay
from portal.core.worktime import is_working_day


@admin.register(TeamDay)
class TeamDayAdmin(PortalAdmin):
    """Days that differ from the calendar of Russia. They count for promises made from now on."""

    empty_list = gettext_lazy(
        "Days on which the team is off, or works although Russia does not. Until one is here, the calendar of Russia alone decides by when we answer."
    )
    list_display = ("day", "is_working", "in_russia", "note")
    list_display_links = ("day",)
    date_hierarchy = "on"

    @display(description=gettext_lazy("Day"), ordering="on")
    def day(self, row: TeamDay) -> str:
        return f"{date_format(row.on, 'D')} {desk_formats.day(row.on)}"

    @display(description=gettext_lazy("In the calendar of Russia"))
    def in_russia(self, row: TeamDay) -> str:
        return _("working day") if is_working_day(row.on) else _("day off")
