"""Admin pages of contacts of clinics: a section of the clinic’s page, and a list of all."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanWidget

from clinics.models import ClinicContact
from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import PortalModelForm
from portal.core.admin.translated import TranslatedInline
from portal.core.localisation import desk_formats

CONTACT = (("name", "role"), ("email", "language"), ("may_receive_briefs", "may_confirm_facts", "is_active"))


class ContactForm(PortalModelForm):
    """A contact; another address ends the refusal of the old one."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if "email" in self.changed_data:
            self.instance.refused_at = None
        return data


class ContactPageForm(ContactForm):
    """A contact on its own page, where somebody may say that a refused address works again."""

    works_again = forms.BooleanField(
        label=pgettext_lazy("desk", "The address works again"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=pgettext_lazy("desk", "Tick it when they told you so. Another address needs no tick."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.refused_at is None:
            self.fields.pop("works_again", None)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if data.get("works_again"):
            self.instance.refused_at = None
        return data


class RefusedFilter(admin.SimpleListFilter):
    """Contacts whose address was refused, or those that mail reaches as far as we know."""

    title = gettext_lazy("address refused")
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("yes", pgettext("desk", "Refused")), ("no", pgettext("desk", "Not refused"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ClinicContact]) -> QuerySet[ClinicContact]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(refused_at__isnull=self.value() == "no")


def _day(moment: datetime) -> str:
    return desk_formats.day(moment.astimezone(ZoneInfo(settings.TEAM_TIME_ZONE)))


TONES = {"refused": "danger", "left": "info", "ok": "ok"}


class AddressState:
    """What is known of the address of a contact, as a badge."""

    @display(description=pgettext_lazy("desk", "Mail"), label={"refused": "danger", "left": "info", "ok": "success"})
    def mail(self, contact: ClinicContact) -> tuple[str, str]:
        if not contact.is_active:
            return "left", pgettext("desk", "works there no more")
        if contact.refused_at is not None:
            return "refused", pgettext("desk", "refused on %(day)s") % {"day": _day(contact.refused_at)}
        return "ok", pgettext("desk", "not refused")

    @display(description=pgettext_lazy("desk", "Mail"))
    def mark(self, contact: ClinicContact) -> str:
        """Return the badge for a form, which draws none by itself."""
        if not contact.email:
            return "–"
        state, words = self.mail(contact)
        return format_html('<span class="desk-mark desk-mark-{}">{}</span>', TONES[state], words)


class ContactInline(AddressState, TranslatedInline):
    """Whom we write to at the clinic."""

    model = ClinicContact
    form = ContactForm
    shared = (*CONTACT, "mark")
    show_change_link = True
    # A refused address is seen without opening a row.
    collapsible = False
    # Referrals keep whom they were sent to; a wrong one is deleted on its own page.
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "mark"]


@admin.register(ClinicContact)
class ClinicContactAdmin(AddressState, PortalAdmin):
    """Whom we write to at clinics: names of real people, for the desk alone."""

    empty_list = gettext_lazy(
        "Whom we write to at the clinics. A brief is sent to those who may receive briefs; nobody outside the desk sees this list."
    )
    form = ContactPageForm
    list_display = ("name", "clinic", "role", "email", "may_receive_briefs", "mail")
    list_select_related = ("clinic",)
    list_filter = ("may_receive_briefs", "is_active", RefusedFilter, "clinic")
    search_fields = ("name", "role", "email", "clinic__slug", "clinic__name_en", "clinic__name_ru")
    ordering = ("clinic__slug", "name")

    def get_fields(self, request: HttpRequest, obj: ClinicContact | None = None) -> list[Any]:
        is_refused = obj is not None and obj.refused_at is not None
        state = [("mark", "works_again") if is_refused and self.has_change_permission(request, obj) else "mark"]
        return ["clinic", *CONTACT, *(state if obj is not None else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: ClinicContact | None = None) -> list[str]:
        return ["mark"]

    def has_delete_permission(self, request: HttpRequest, obj: ClinicContact | None = None) -> bool:
        # Who got a brief stays, so that it can be said to whom it went.
        may: bool = super().has_delete_permission(request, obj)
        return may and (obj is None or not obj.referrals.exists())
