"""Admin page of the outbox: what waits, what left, what failed."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from portal.core.admin.base import ReadOnlyAdmin
from portal.core.delivery import outbox
from portal.core.models import OutboxItem

STATE = {
    "failed": "danger",
    "held": "warning",
    "in_flight": "info",
    "queued": "info",
    "cancelled": "",
    "sent": "success",
}
# What the outbox keeps of a try that failed, in words; the log has the rest.
TROUBLE = {
    "TimeoutError": gettext_lazy("The other side did not answer in time"),
    "ConnectionRefusedError": gettext_lazy("The mail server takes no connection"),
    "SMTPServerDisconnected": gettext_lazy("The mail server ended the connection"),
    "SMTPConnectError": gettext_lazy("The mail server takes no connection"),
    "SMTPAuthenticationError": gettext_lazy("The mail server does not accept our sign-in"),
    "SMTPRecipientsRefused": gettext_lazy("The mail server did not take the address this time"),
    "SMTPSenderRefused": gettext_lazy("The mail server did not take our address"),
    "gaierror": gettext_lazy("The mail server is not found"),
    "SoftTimeLimitExceeded": gettext_lazy("It took longer than it may"),
    "ResourceRefused": gettext_lazy("The document asks for something that it may not have"),
    "DecryptionError": gettext_lazy("What it needs cannot be decrypted"),
}


def trouble(error: str) -> str:
    """Say why an effect did not leave; nothing when nothing went wrong."""
    if error.startswith("SMTP "):
        return _("The mail server refuses the address")
    return str(TROUBLE.get(error) or _("It did not work; the log says why")) if error else ""


@admin.register(OutboxItem)
class OutboxAdmin(ReadOnlyAdmin):
    """Mails and documents that the portal owes: ids and times, no personal data."""

    empty_list = gettext_lazy(
        "Mails and documents that the portal owes or has sent. They come with the first request and are deleted 30 days after they left."
    )
    list_display = (
        "what",
        "case_link",
        "state_mark",
        "progress",
        "attempts",
        "trouble",
        "created_at",
        "not_before",
        "sent_at",
    )
    list_display_links = None
    fields = ("what", "case_link", "state", "progress", "attempts", "trouble", "created_at", "not_before", "sent_at")
    readonly_fields = ("what", "case_link", "progress", "trouble")
    list_filter = ("state",)
    search_fields = ("reference",)
    search_help_text = gettext_lazy("Reference of a case")
    ordering = ("-created_at",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    @display(description=gettext_lazy("What"), ordering="kind")
    def what(self, item: OutboxItem) -> str:
        return outbox.label(item.kind)

    @display(description=gettext_lazy("Case"), ordering="reference")
    def case_link(self, item: OutboxItem) -> SafeString | str:
        registration = outbox.registration(item.kind)
        if not item.reference or registration is None or not registration.case_list:
            return item.reference or "–"
        url = reverse(registration.case_list) + f"?q={item.reference}"
        return format_html('<a class="desk-link desk-nowrap" href="{}">{}</a>', url, item.reference)

    @display(description=gettext_lazy("Progress"))
    def progress(self, item: OutboxItem) -> str:
        if item.percent is None or item.state == OutboxItem.State.SENT:
            return "–"
        return _("%(percent)d percent done") % {"percent": item.percent}

    @display(description=gettext_lazy("Trouble"), ordering="error")
    def trouble(self, item: OutboxItem) -> str:
        return trouble(item.error)

    @display(description=gettext_lazy("State"), ordering="state", label=STATE)
    def state_mark(self, item: OutboxItem) -> tuple[str, str]:
        return item.state, item.get_state_display()
