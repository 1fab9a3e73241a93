"""Admin page of the security log, which is read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from portal.accounts.enums import SecurityEventKind
from portal.accounts.models import SecurityEvent, User
from portal.core.admin.base import ReadOnlyAdmin

LABELS = dict.fromkeys(SecurityEventKind, "") | {
    SecurityEventKind.SIGN_IN: "success",
    SecurityEventKind.SIGN_IN_FAILED: "warning",
    SecurityEventKind.FACTOR_FAILED: "warning",
    SecurityEventKind.THROTTLED: "danger",
    SecurityEventKind.REFUSED: "danger",
    SecurityEventKind.EXPORTED: "info",
    SecurityEventKind.BREAK_GLASS: "danger",
}
FACTORS = {
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery code"),
}


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    """Sign-ins, refusals and changes of accounts. Names come from the accounts; the log itself holds numbers."""

    empty_list = gettext_lazy(
        "Sign-ins, failures, second factors, refusals and exports of the last year. It fills by itself."
    )
    list_display = ("at", "what", "person", "done_by", "about")
    list_display_links = None
    list_filter = ("kind",)
    date_hierarchy = "at"
    ordering = ("-at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        self._names = dict(User.objects.values_list("pk", "email"))
        return super().get_queryset(request)

    @display(description=gettext_lazy("What"), ordering="kind", label=LABELS)
    def what(self, event: SecurityEvent) -> tuple[str, str]:
        return event.kind, event.get_kind_display()

    @display(description=gettext_lazy("Account"))
    def person(self, event: SecurityEvent) -> str:
        return self._name(event.user_id)

    @display(description=gettext_lazy("By"))
    def done_by(self, event: SecurityEvent) -> str:
        return "" if event.actor_id in (None, event.user_id) else self._name(event.actor_id)

    @display(description=gettext_lazy("About"))
    def about(self, event: SecurityEvent) -> str:
        return str(FACTORS.get(event.subject, event.subject))

    def _name(self, pk: int | None) -> str:
        return self._names.get(pk) or _("user %(number)d") % {"number": pk} if pk else _("unknown")
