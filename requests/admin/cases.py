"""Admin list of cases, and the addresses of everything that is done with a case."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.admin.base import ReadOnlyAdmin
from requests.admin import (
    absences,
    answers,
    assignment,
    briefs,
    by_hand,
    canned_replies,
    case_actions,
    case_moves,
    case_page,
    consents,
    contacts,
    continuity_page,
    decisions,
    documents,
    emergencies,
    erasures,
    estimate_page,
    facts,
    follow_ups,
    handover,
    offers,
    outcomes,
    patients,
    presence,
    queue,
    referrals,
    reviews,
    spoken,
    tasks,
    text_drafts,
    trips,
    who_saw,
)
from requests.admin.desk import preference
from requests.admin.filters import NeedsFilter, StatusFilter, WhoseFilter
from requests.models import Case
from requests.models.cases import URGENCY, visible_to
from requests.permissions import can_work_cases
from requests.selectors import desk
from requests.selectors.queue import narrowed
from requests.selectors.queue_rows import listed


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Cases: who waits longest for an answer comes first. Nothing here changes one but the steps on its page."""

    empty_list = gettext_lazy(
        "The requests of patients, who waits longest first. Each request that is sent on the site comes here by itself; write down a caller with “New case”."
    )
    list_display = ("reference",)
    list_filter = (WhoseFilter, NeedsFilter, StatusFilter)
    search_fields = ("reference",)
    search_help_text = gettext_lazy(
        "Reference or a part of it, whole words of a name, whole e-mail address or whole phone number"
    )
    change_list_template = "admin/requests/queue.html"
    list_fullwidth = True
    paginator = queue.QueuePaginator

    def has_view_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return can_work_cases(request.user)  # type: ignore[arg-type]  # staff, the site made sure

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return listed().filter(visible_to(request.user))  # type: ignore[arg-type]  # staff, the site made sure

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[queue.QueueList]:
        return queue.QueueList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [*URGENCY]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if search_term.strip():
            return desk.search(queryset, search_term.strip()), False
        # What somebody searches for is found, whatever filters are kept.
        return narrowed(queryset, preference(request).filters), False

    def searched_for(self, query: str) -> str:
        """Return what a coordinator typed; a name, an address or a number never stands in a list."""
        if query.startswith((desk.HIDDEN, desk.HIDDEN_NAME)):
            return _("the name, address or number that you typed")
        return super().searched_for(query)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(text_drafts.keeping(view))
            address: URLPattern = path(f"<uuid:pk>/{route}", wrapped, name=f"requests_case_{name}")
            return address

        return [
            path("find/", self.admin_site.admin_view(case_actions.find), name="requests_case_find"),
            path("queue/keep/", self.admin_site.admin_view(queue.keep), name="requests_case_keep"),
            path("queue/act/", self.admin_site.admin_view(queue.act), name="requests_case_act"),
            path("queue/away/", self.admin_site.admin_view(absences.overview), name="requests_case_away"),
            path("queue/away/<uuid:pk>/", self.admin_site.admin_view(absences.change), name="requests_case_absence"),
            path("queue/handover/", self.admin_site.admin_view(handover.write), name="requests_case_handover"),
            path(
                "queue/handover/<uuid:pk>/read/",
                self.admin_site.admin_view(handover.read),
                name="requests_case_handover_read",
            ),
            path("who-saw/", self.admin_site.admin_view(who_saw.page), name="requests_who_saw"),
            path("outcomes/", self.admin_site.admin_view(outcomes.page), name="requests_case_outcomes"),
            path("new/", self.admin_site.admin_view(by_hand.new), name="requests_case_new"),
            path("emergency/", self.admin_site.admin_view(emergencies.ask), name="requests_emergency"),
            path("emergency/<uuid:pk>/", self.admin_site.admin_view(emergencies.show), name="requests_emergency_case"),
            path("<uuid:pk>/present/", self.admin_site.admin_view(presence.present), name="requests_case_present"),
            path("<uuid:pk>/drafts/", self.admin_site.admin_view(text_drafts.save), name="requests_case_save_drafts"),
            page("drafts/<str:kind>/discard/", text_drafts.discard, "discard_draft"),
            page("facts/<str:fact>/", facts.correct, "fact"),
            page("links/new/", by_hand.new_link, "new_link"),
            page("links/end/", by_hand.new_way, "new_way"),
            page("move/<str:to>/", case_moves.move, "move"),
            page("hold/", case_moves.hold, "hold"),
            page("erase/", erasures.ask, "erase"),
            page("erase/take-back/", erasures.take_back, "keep_case"),
            page("consents/<str:purpose>/withdraw/", consents.withdraw, "withdraw_consent"),
            page("legal-hold/", erasures.hold, "legal_hold"),
            page("legal-hold/<uuid:hold>/lift/", erasures.lift, "lift_legal_hold"),
            page("resume/", case_moves.resume, "resume"),
            page("unmerge/", case_moves.undo_merge, "undo_merge"),
            page("new-case/", case_moves.new_case, "new_case"),
            page("assign/", case_actions.assign, "assign"),
            page("second-owner/", assignment.second_owner, "second_owner"),
            page("answer/", case_actions.answer, "answer"),
            page("reply/", canned_replies.choose, "reply"),
            page("messages/<uuid:message>/take-back/", case_actions.take_back, "take_back"),
            page("note/", case_actions.note, "note"),
            page("release/", case_actions.release, "release"),
            page("no-answer-needed/", case_actions.no_answer_needed, "no_answer_needed"),
            page("links/<uuid:link>/revoke/", case_actions.revoke, "revoke"),
            page("family/<uuid:link>/revoke/", case_actions.revoke_family, "revoke_family"),
            page("outbox/<uuid:item>/again/", case_actions.send_again, "send_again"),
            page("reviews/new/", reviews.ask, "new_review"),
            page("reviews/<uuid:review>/take-back/", reviews.take_back, "take_back_review"),
            page("contacts/new/", contacts.add, "new_contact"),
            page("patient/", patients.record, "patient"),
            page("follow-up/", follow_ups.record, "follow_up"),
            page("follow-up/stop/", follow_ups.stop, "stop_follow_up"),
            # Without what keeps half-written texts: that would read the form before its files have a place to go.
            path(
                "<uuid:pk>/documents/new/",
                self.admin_site.admin_view(documents.add),
                name="requests_case_add_documents",
            ),
            path(
                "<uuid:pk>/documents/<uuid:document>/translations/new/",
                self.admin_site.admin_view(documents.translate),
                name="requests_case_translate_document",
            ),
            page("documents/ask/", documents.ask, "ask_paper"),
            page("documents/<uuid:document>/", documents.download, "document"),
            page("documents/<uuid:document>/series/", documents.series, "document_series"),
            page("documents/<uuid:document>/for-clinics/", documents.for_clinics, "document_for_clinics"),
            page("documents/<uuid:document>/preview/", documents.preview, "preview_document"),
            page("documents/<uuid:document>/name/", documents.name_asked, "document_name_asked"),
            page("documents/<uuid:document>/judge/", documents.judge, "judge_document"),
            page("documents/<uuid:document>/file/", documents.file_as, "file_document"),
            page("documents/<uuid:document>/release/", documents.release, "release_document"),
            page("documents/<uuid:document>/remove/", documents.remove, "remove_document"),
            page("brief/", briefs.edit, "brief"),
            page("brief/begin/", briefs.begin, "begin_brief"),
            page("brief/clinics/", briefs.clinics, "brief_clinics"),
            page("briefs/<uuid:brief>/", briefs.version, "brief_version"),
            page("briefs/<uuid:brief>/send/", briefs.send, "send_brief"),
            page("briefs/<uuid:brief>/take-back/", briefs.take_back, "take_back_brief"),
            page("briefs/<uuid:brief>/approved/", spoken.note_approval, "note_brief_approval"),
            page("clinics/<slug:clinic>/agreed/", spoken.note_clinic, "note_clinic"),
            page("offers/", offers.page, "offers"),
            page("offers/new/", offers.enter, "enter_offer"),
            page("offers/<uuid:offer>/", offers.change, "change_offer"),
            page("offers/<uuid:offer>/chosen/", spoken.note_choice, "note_choice"),
            page("referrals/new/", referrals.send, "refer"),
            page("referrals/<uuid:referral>/", referrals.page, "referral"),
            page("referrals/<uuid:referral>/answer/", referrals.answer, "answer_clinic"),
            page("referrals/<uuid:referral>/papers/", referrals.release, "release_papers"),
            page("referrals/<uuid:referral>/renew/", referrals.renew, "renew_referral"),
            page("referrals/<uuid:referral>/revoke/", referrals.revoke, "revoke_referral"),
            page("referrals/<uuid:referral>/remind/", referrals.remind, "remind_clinic"),
            page("passport/", answers.show_passport, "passport"),
            page("tasks/new/", tasks.add, "new_task"),
            page("calls/new/", tasks.add_call, "new_call"),
            page("tasks/<uuid:task>/move/", tasks.move_call, "move_call"),
            page("tasks/<uuid:task>/done/", tasks.finish, "finish_task"),
            page("tasks/<uuid:task>/withdraw/", tasks.withdraw, "withdraw_task"),
            page("trip/", trips.change, "trip"),
            page("estimate/", estimate_page.build, "estimate"),
            page("continuity/", continuity_page.write, "continuity"),
            page("continuity/<int:version>.pdf", continuity_page.pdf, "continuity_pdf"),
            page("estimates/<uuid:estimate>/accepted/", decisions.note_acceptance, "note_acceptance"),
            page("estimates/<uuid:estimate>/accepted.pdf", decisions.record, "acceptance_pdf"),
            page("estimates/<int:version>.pdf", estimate_page.pdf, "estimate_pdf"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "title": _("Desk")})
        if isinstance(response, TemplateResponse) and response.context_data:
            cases = list(response.context_data["cl"].result_list)
            response.context_data |= queue.context(request, cases)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page.show(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page.show(request, object_id)
