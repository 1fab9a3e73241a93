"""Admin page of the facts for travellers."""

from django.contrib import admin
from django.utils import timezone
from unfold.decorators import display

from clinics.models import TravelFact
from portal.core.admin.translated import TranslatedAdmin


@admin.register(TravelFact)
class TravelFactAdmin(TranslatedAdmin):
    """What travellers should know; past its next check it is shown as being checked."""

    empty_list = "What travellers should know about visas, money and rights, each with its source and its next check."
    list_display = ("topic", "source", "checked_on", "next_check_on", "state")
    ordering = ("next_check_on",)
    shared = (("slug", "order"), ("source", "source_url", "stated_on"), ("checked_on", "next_check_on"))

    @display(description="State", label={"overdue": "danger", "fresh": "success"})
    def state(self, fact: TravelFact) -> tuple[str, str]:
        state = "overdue" if fact.next_check_on < timezone.now().date() else "fresh"
        return state, state
