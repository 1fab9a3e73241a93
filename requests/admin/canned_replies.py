"""List and form of canned replies, their approval, and the chooser beside the answer of a case."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from portal.core.admin.forms import PortalModelForm
from portal.core.admin.translated import TranslatedAdmin, edited_language
from portal.core.localisation import desk_formats
from portal.core.localisation.formats import language_inside
from requests.admin import list_place
from requests.admin.case_page import back, get_case
from requests.admin.reply_chooser import AFTER, REPLY
from requests.enums import DraftKind
from requests.models import CannedReply
from requests.models.replies import ENGLISH, VARIABLES, seen_by
from requests.permissions import can_approve_replies, can_work_cases, check_can_approve_replies
from requests.services import canned_replies, text_drafts


class CannedReplyForm(PortalModelForm):
    """A canned reply; who may write for everybody says whether it is for everybody."""

    is_own = forms.BooleanField(label=gettext_lazy("For me alone"), required=False)


@admin.register(CannedReply)
class CannedReplyAdmin(TranslatedAdmin):
    """A text that the desk writes often: everybody's is for editors to write and approve, one's own for oneself."""

    empty_list = gettext_lazy(
        "Texts that the desk writes often, for everybody or for you alone. “manage.py load_content” brings the first ones."
    )
    form = CannedReplyForm
    list_display = ("name", "whose", "state", "is_offered", "order")
    shared = (("is_offered", "order"),)
    change_form_outer_before_template = "admin/requests/canned_reply_before.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CannedReply]:
        replies: QuerySet[CannedReply] = super().get_queryset(request)
        return replies.filter(seen_by(request.user))

    def has_change_permission(self, request: HttpRequest, obj: CannedReply | None = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and (obj is None or obj.owner_id is not None or can_approve_replies(request.user))  # type: ignore[arg-type]  # staff

    def has_delete_permission(self, request: HttpRequest, obj: CannedReply | None = None) -> bool:
        # What came from a file would come again; it is offered no more instead.
        may: bool = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.owner_id is not None)

    def get_fieldsets(self, request: HttpRequest, obj: CannedReply | None = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        user: Any = request.user
        if obj is None and can_approve_replies(user) and can_work_cases(user):
            fieldsets.append((_("Whose it is"), {"fields": ["is_own"]}))
        return fieldsets

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and getattr(db_field, "translated_field", db_field).name == "body":
            field.widget.attrs["rows"] = 14
            variables = "; ".join(f"{{{name}}}: {meaning}" for name, meaning in VARIABLES.items())
            field.help_text = (
                _("%(variables)s. [[Words]] are filled in by hand: no answer leaves with them.")
                % {"variables": variables}
            )  # fmt: skip
        return field

    def save_model(self, request: HttpRequest, obj: CannedReply, form: CannedReplyForm, change: bool) -> None:
        if not change:
            is_own = form.cleaned_data.get("is_own") or not can_approve_replies(request.user)  # type: ignore[arg-type]
            obj.owner = request.user if is_own else None  # type: ignore[assignment]  # staff
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        reply = context.get("original")
        if reply is not None and reply.owner_id is None:
            context["approval"] = _approval(request, reply)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(approve)
        return [path("<int:pk>/approve/", view, name="requests_cannedreply_approve"), *super().get_urls()]

    @display(description=gettext_lazy("Whose"))
    def whose(self, reply: CannedReply) -> str:
        return _("yours") if reply.owner_id else _("everybody’s")

    @display(description=gettext_lazy("State"))
    def state(self, reply: CannedReply) -> str:
        language = desk_formats.language()
        unready = [language_inside(code, language) for code in settings.LIVE_LANGUAGES if not reply.is_ready(code)]
        names = {"languages": ", ".join(unready)}
        if reply.owner_id:
            return _("no text in %(languages)s") % names if unready else _("ready")
        return _("not approved in %(languages)s") % names if unready else _("approved")


def _approval(request: HttpRequest, reply: CannedReply) -> dict[str, Any]:
    """Return what the page of everybody's reply says of its approval in the edited language."""
    code = edited_language(request)
    is_approved = reply.is_approved(code)
    return {
        "language": code,
        "name": language_inside(code, desk_formats.language()),
        "is_approved": is_approved,
        "faults": [] if is_approved else canned_replies.gate(reply, code),
        "may_approve": can_approve_replies(request.user),  # type: ignore[arg-type]  # staff
        "fingerprint": reply.fingerprint(code),
    }


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the text of a reply in one language, as the page showed it."""
    by: Any = request.user
    check_can_approve_replies(by)
    reply = get_object_or_404(CannedReply, pk=pk, owner=None)
    code = request.POST.get("language", "")
    if code not in settings.MODELTRANSLATION_LANGUAGES:
        raise Http404
    name = language_inside(code, desk_formats.language())
    try:
        canned_replies.approve(reply=reply, language=code, seen=request.POST.get("fingerprint", ""), by=by)
    except canned_replies.ReplyRefused as refusal:
        messages.error(request, str(refusal))
    else:
        admin.site.get_model_admin(CannedReply).log_change(
            request, reply, f"Approved in {language_inside(code, ENGLISH)}."
        )
        messages.success(
            request,
            _("“%(reply)s” is approved in %(language)s: coordinators can use it.") % {"reply": reply, "language": name},
        )
    return redirect(reverse("admin:requests_cannedreply_change", args=[reply.pk]) + f"?lang={code}")


@require_POST
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a reply into the answer; what was typed is kept as a draft already, and stands before it."""
    case = get_case(request, pk)
    code = request.POST.get("reply", "")
    if not code:
        messages.error(request, _("Select a reply."))
        return back(request, case)
    draft = text_drafts.of(case, request.user).get(DraftKind.ANSWER)  # type: ignore[arg-type]  # staff
    query = list_place.query(request, **{REPLY: code, AFTER: draft.stamp if draft else ""})
    return redirect(reverse("admin:requests_case_change", args=[case.pk]) + query + "#id_answer-body")
