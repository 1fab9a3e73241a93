"""Admin page of readers' feedback: what waits for an editor first."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from conditions.enums import FeedbackFlag
from conditions.models import Feedback
from conditions.services import feedback as service
from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import PortalModelForm
from portal.core.admin.languages import LanguageColumn, LanguageFilter
from portal.core.localisation import desk_formats, formats


class WaitsFilter(SimpleListFilter):
    """What nobody has dealt with, unless all is asked for."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("open", _("Open")), ("done", _("Dealt with"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> QuerySet[Feedback]:
        if (state := self.value()) in ("open", "done"):
            return queryset.filter(handled_at__isnull=state == "open")
        return queryset


class FeedbackForm(PortalModelForm):
    """The only field that an editor changes."""

    is_handled = forms.BooleanField(
        label=gettext_lazy("Dealt with"),
        help_text=gettext_lazy("Switch it off to open the feedback again."),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )

    class Meta:
        model = Feedback
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_handled"] = self.instance.handled_at is not None


@admin.register(Feedback)
class FeedbackAdmin(LanguageColumn, PortalAdmin):
    """What a reader said. Nobody adds or rewrites it; it is deleted after a year."""

    empty_list = gettext_lazy(
        "What readers say under “Was this page clear?”. It comes by itself and is deleted after a year."
    )
    form = FeedbackForm
    list_display = ("page", "verdict_mark", "beginning", "created_at", "state", "odd")
    list_select_related = ("edition__condition", "handled_by")
    list_filter = (WaitsFilter, "verdict", LanguageFilter)
    date_hierarchy = "created_at"
    fields = ("page", "language_name", "verdict", "words", "odd", "created_at", "is_handled", "handled_by")
    readonly_fields = ("page", "language_name", "verdict", "words", "odd", "created_at", "handled_by")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show who may only read it the state in place of the switch."""
        if self.has_change_permission(request, obj):
            return self.fields
        return ["state" if name == "is_handled" else name for name in self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if self.has_change_permission(request, obj) else (*self.readonly_fields, "state")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Feedback, form: Any, change: bool) -> None:
        service.settle(feedback=obj, is_handled=form.cleaned_data["is_handled"], by=request.user)  # type: ignore[arg-type]  # staff

    @display(description=gettext_lazy("Page"))
    def page(self, feedback: Feedback) -> str:
        edition = feedback.edition
        language = formats.language_name(edition.language, desk_formats.language())
        about = {"condition": edition.condition, "language": language, "number": edition.number}
        return _("%(condition)s, %(language)s, edition %(number)d") % about

    @display(
        description=gettext_lazy("Verdict"),
        ordering="verdict",
        label={"clear": "success", "unclear": "warning", "mistake": "danger"},
    )
    def verdict_mark(self, feedback: Feedback) -> tuple[str, str]:
        return feedback.verdict, feedback.get_verdict_display()

    @display(description=gettext_lazy("Words"))
    def beginning(self, feedback: Feedback) -> str:
        return Truncator(feedback.text).chars(80)

    @display(description=gettext_lazy("Words"))
    def words(self, feedback: Feedback) -> str:
        return str(feedback.text)

    @display(description=gettext_lazy("State"), ordering="handled_at", label={"open": "warning", "done": "success"})
    def state(self, feedback: Feedback) -> tuple[str, str]:
        return ("open", _("open")) if feedback.handled_at is None else ("done", _("dealt with"))

    @display(description=gettext_lazy("Looks odd"))
    def odd(self, feedback: Feedback) -> str:
        return ", ".join(str(FeedbackFlag(flag).label) for flag in feedback.flags)


def badge(request: HttpRequest) -> str:
    """How much feedback waits, for the menu."""
    if not request.user.has_perm("conditions.view_feedback"):
        return ""
    return str(Feedback.objects.filter(handled_at=None).count() or "")
