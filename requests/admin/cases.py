"""Admin list of cases, and the addresses of everything that is done with a case."""

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from portal.core.admin.base import ReadOnlyAdmin
from portal.core.localisation import desk_formats, formats
from requests.admin import (
    by_hand,
    case_actions,
    case_page,
    contacts,
    estimate_page,
    facts,
    labels,
    patients,
    presence,
    tasks,
    text_drafts,
)
from requests.admin.desk import numbers, quick_filters
from requests.admin.filters import NeedsFilter, StatusFilter, WhoseFilter
from requests.enums import DESK_NAMES, Status
from requests.models import Case
from requests.models.cases import URGENCY, unowned
from requests.permissions import can_work_cases
from requests.selectors import desk


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Cases: who waits longest for an answer comes first. Nothing here changes one but the steps on its page."""

    empty_list = "The requests of patients, who waits longest first. Each request that is sent on the site comes here by itself; write down a caller with “New case”."
    list_display = (
        "reference_column", "area", "country_name", "speaks", "age", "owner_column", "status_column", "next_step", "due",
    )  # fmt: skip
    list_display_links = ("reference_column",)
    list_select_related = ("condition__area", "owner")
    list_filter = (WhoseFilter, NeedsFilter, StatusFilter)
    search_fields = ("reference",)
    search_help_text = "Reference, whole words of a name, whole e-mail address or whole phone number"
    list_before_template = "admin/requests/case_list_before.html"
    list_fullwidth = True

    def has_view_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return can_work_cases(request.user)  # type: ignore[arg-type]  # staff, the site made sure

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        left = ExpressionWrapper(unowned(), output_field=BooleanField())
        # A list shows nothing encrypted, so it reads nothing of that either.
        cases = Case.objects.order_by(*URGENCY).annotate(is_unowned=left)
        sealed = ("wrapped_key", "name", "patient_name", "email", "phone", "best_time", "on_hold_reason")
        return cases.defer(*sealed, "name_hashes", "patient_name_hashes")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [*URGENCY]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (desk.search(queryset, search_term.strip()) if search_term.strip() else queryset), False

    def searched_for(self, query: str) -> str:
        """Return what a coordinator typed; a name, an address or a number never stands in a list."""
        if query.startswith((desk.HIDDEN, desk.HIDDEN_NAME)):
            return "the name, address or number that you typed"
        return super().searched_for(query)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(text_drafts.keeping(view))
            address: URLPattern = path(f"<uuid:pk>/{route}", wrapped, name=f"requests_case_{name}")
            return address

        return [
            path("find/", self.admin_site.admin_view(case_actions.find), name="requests_case_find"),
            path("new/", self.admin_site.admin_view(by_hand.new), name="requests_case_new"),
            path("<uuid:pk>/present/", self.admin_site.admin_view(presence.present), name="requests_case_present"),
            path("<uuid:pk>/drafts/", self.admin_site.admin_view(text_drafts.save), name="requests_case_save_drafts"),
            page("drafts/<str:kind>/discard/", text_drafts.discard, "discard_draft"),
            page("facts/<str:fact>/", facts.correct, "fact"),
            page("links/new/", by_hand.new_link, "new_link"),
            page("links/end/", by_hand.new_way, "new_way"),
            page("move/<str:to>/", case_actions.move, "move"),
            page("hold/", case_actions.hold, "hold"),
            page("resume/", case_actions.resume, "resume"),
            page("unmerge/", case_actions.undo_merge, "undo_merge"),
            page("new-case/", case_actions.new_case, "new_case"),
            page("assign/", case_actions.assign, "assign"),
            page("answer/", case_actions.answer, "answer"),
            page("note/", case_actions.note, "note"),
            page("release/", case_actions.release, "release"),
            page("no-answer-needed/", case_actions.no_answer_needed, "no_answer_needed"),
            page("links/<uuid:link>/revoke/", case_actions.revoke, "revoke"),
            page("family/<uuid:link>/revoke/", case_actions.revoke_family, "revoke_family"),
            page("outbox/<uuid:item>/again/", case_actions.send_again, "send_again"),
            page("contacts/new/", contacts.add, "new_contact"),
            page("patient/", patients.record, "patient"),
            page("tasks/new/", tasks.add, "new_task"),
            page("calls/new/", tasks.add_call, "new_call"),
            page("tasks/<uuid:task>/move/", tasks.move_call, "move_call"),
            page("tasks/<uuid:task>/done/", tasks.finish, "finish_task"),
            page("tasks/<uuid:task>/withdraw/", tasks.withdraw, "withdraw_task"),
            page("estimate/", estimate_page.build, "estimate"),
            page("estimates/<int:version>.pdf", estimate_page.pdf, "estimate_pdf"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            **(extra_context or {}),
            "failed_mails": numbers(request).get("failed", 0),
            "quick_filters": quick_filters(request),
        }
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page.show(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page.show(request, object_id)

    @display(description="Reference", ordering="reference")
    def reference_column(self, case: Case) -> SafeString:
        return format_html('<strong class="desk-nowrap">{}</strong>', case.reference)

    @display(description="Area", ordering="condition__area")
    def area(self, case: Case) -> str:
        return str(case.condition.area) if case.condition else "not known yet"

    @display(description="Country", ordering="country")
    def country_name(self, case: Case) -> str:
        return formats.countries("en").get(case.country, case.country)

    @display(description="Language", ordering="speak")
    def speaks(self, case: Case) -> str:
        return formats.language_name(case.speak, "en")

    @display(description="Age", ordering="-created_at")
    def age(self, case: Case) -> SafeString:
        return format_html('<span class="desk-nowrap">{}</span>', labels.age(case))

    @display(description="Owner", ordering="owner__name")
    def owner_column(self, case: Case) -> str:
        if case.owner is None:
            return "nobody"
        has_left: bool = case.is_unowned  # type: ignore[attr-defined]  # of get_queryset
        return f"was with {case.owner}, who left" if has_left else str(case.owner)

    @display(description="Status", ordering="status")
    def status_column(self, case: Case) -> SafeString:
        marks = [("warning", "Quarantined")] if case.is_quarantined else []
        marks += [("warning", "Mails wait")] if case.mails_held_until else []
        if case.on_hold_until and case.is_on_hold:
            marks.append(("info", f"On hold until {desk_formats.day(case.on_hold_until)}"))
        marks += [] if case.has_email else [("warning", "No e-mail")]
        marks += [("danger", "Address refused")] if case.email_refused_at else []
        shown = format_html_join("", ' <span class="desk-mark desk-mark-{}">{}</span>', marks)
        return format_html("{}{}", DESK_NAMES[Status(case.status)], shown)

    @display(description="Next step")
    def next_step(self, case: Case) -> str:
        return labels.next_step(case)

    @display(description="Answer due", ordering="answer_by")
    def due(self, case: Case) -> SafeString:
        if case.waiting_since is None:
            return format_html('<span class="desk-nowrap">{}</span>', "–")
        mark = "desk-mark desk-mark-danger" if case.is_overdue else "desk-nowrap"
        row = '<span class="{}">{}</span><br><small class="desk-wrote">{}</small>'
        return format_html(row, mark, labels.due(case.answer_by), labels.wrote(case))
