"""Admin page of the facts for travellers."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from clinics.models import TravelFact
from portal.core.admin.translated import TranslatedAdmin


@admin.register(TravelFact)
class TravelFactAdmin(TranslatedAdmin):
    """What travellers should know; past its next check it is shown as being checked."""

    empty_list = gettext_lazy(
        "What travellers should know about visas, money and rights, each with its source and its next check."
    )
    list_display = ("topic", "kind", "citizenships", "source", "checked_on", "next_check_on", "state")
    ordering = ("next_check_on",)
    list_filter = ("kind",)
    shared = (
        ("slug", "order"),
        ("kind", "citizenships"),
        ("stay_from", "stay_to"),
        ("source", "source_url", "stated_on"),
        ("checked_on", "next_check_on"),
    )

    @display(description=gettext_lazy("State"), label={"overdue": "danger", "fresh": "success"})
    def state(self, fact: TravelFact) -> tuple[str, str]:
        is_late = fact.next_check_on < timezone.now().date()
        return ("overdue", _("overdue")) if is_late else ("fresh", _("fresh"))
