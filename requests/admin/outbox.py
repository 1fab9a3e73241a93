"""The outbox as staff sees it: what waits, what left, what failed."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from portal.core.admin.base import ReadOnlyAdmin
from portal.core.models import OutboxItem
from requests.admin import words

STATE = {
    "failed": "danger",
    "held": "warning",
    "in_flight": "info",
    "queued": "info",
    "cancelled": "",
    "sent": "success",
}


@admin.register(OutboxItem)
class OutboxAdmin(ReadOnlyAdmin):
    """Mails and documents that the portal owes: ids and times, no personal data."""

    empty_list = "Mails and documents that the portal owes or has sent. They come with the first request and are deleted 30 days after they left."
    list_display = ("what", "case_link", "state_mark", "attempts", "trouble", "created_at", "not_before", "sent_at")
    list_display_links = None
    list_filter = ("state",)
    search_fields = ("reference",)
    search_help_text = "Reference of a case"
    ordering = ("-created_at",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    @display(description="What", ordering="kind")
    def what(self, item: OutboxItem) -> str:
        return words.EFFECT.get(item.kind, item.kind)

    @display(description="Case", ordering="reference")
    def case_link(self, item: OutboxItem) -> SafeString | str:
        if not item.reference:
            return "–"
        url = reverse("admin:requests_case_changelist") + f"?q={item.reference}"
        return format_html('<a class="desk-link desk-nowrap" href="{}">{}</a>', url, item.reference)

    @display(description="Trouble", ordering="error")
    def trouble(self, item: OutboxItem) -> str:
        return words.trouble(item.error)

    @display(description="State", ordering="state", label=STATE)
    def state_mark(self, item: OutboxItem) -> tuple[str, str]:
        return item.state, item.get_state_display()
