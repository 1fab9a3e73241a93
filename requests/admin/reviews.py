"""Admin pages of case reviews: asking a reviewer on a case, and what the reviewer reads and answers."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.decorators import display

from portal.accounts import second_factor
from portal.core.admin.base import ReadOnlyAdmin
from portal.core.inspection import Refused
from requests.admin.case_page import back, get_case, render_page
from requests.admin.documents import RECENT_SECONDS, as_picture
from requests.downloads import as_file, for_clinics
from requests.enums import AccessKind
from requests.forms.reviews import AskReviewerForm, ReviewAnswerForm
from requests.models import CaseReview, Document
from requests.models.documents import series_in
from requests.permissions import can_review_cases, check_can_review_cases
from requests.selectors.brief_checks import known_names
from requests.selectors.documents import IMAGES
from requests.selectors.reviews import medical_part, shared_with
from requests.services import audit, reviews


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Share the medical part of a case with a reviewer; a GET asks with whom and for what."""
    case = get_case(request, pk)
    form = AskReviewerForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid():
        try:
            review = reviews.ask(case=case, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff
        except reviews.ReviewRefused as refusal:
            form.add_error("reviewer", str(refusal))
        else:
            messages.success(request, _("%(reviewer)s reads the case and gets a mail.") % {"reviewer": review.reviewer})
            return back(request, case)
    label = _("Ask a reviewer")
    lead = _(
        "The reviewer reads illness, age and messages. Names, addresses and numbers that the case knows are left out "
        "of them, and so are estimates, notes and calls. Papers go along only if you choose them. The patient sees "
        "who read what."
    )
    status = 422 if form.is_bound else 200
    return render_page(request, "move.html", case, status=status, form=form, label=label, lead=lead)


@require_POST
def take_back(request: HttpRequest, pk: UUID, review: UUID) -> HttpResponse:
    """End what is shared with a reviewer."""
    case = get_case(request, pk)
    row = get_object_or_404(case.reviews.select_related("case", "reviewer"), pk=review)
    reviews.take_back(review=row, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    messages.success(request, _("The case is not shared with %(reviewer)s any more.") % {"reviewer": row.reviewer})
    return back(request, case)


@admin.register(CaseReview)
class CaseReviewAdmin(ReadOnlyAdmin):
    """What is shared with the reviewer who looks, each until it is answered or taken back."""

    empty_list = gettext_lazy(
        "Cases that a coordinator shares with you for a question. Each stays here until you answer it or it is taken back."
    )
    list_display = ("reference", "asked_by", "created_at")
    list_select_related = ("case", "asked_by")
    ordering = ("created_at",)

    def has_view_permission(self, request: HttpRequest, obj: CaseReview | None = None) -> bool:
        user: Any = request.user
        return can_review_cases(user) and (obj is None or obj.reviewer_id == user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CaseReview]:
        return shared_with(request.user)  # type: ignore[arg-type]  # staff, the site made sure

    def get_urls(self) -> list[URLPattern]:
        answer = path(
            "<uuid:pk>/answer/",
            self.admin_site.admin_view(require_POST(self.answer)),
            name="requests_casereview_answer",
        )
        document = path(
            "<uuid:pk>/documents/<uuid:document>/",
            self.admin_site.admin_view(require_safe(self.document)),
            name="requests_casereview_document",
        )
        preview = path(
            "<uuid:pk>/documents/<uuid:document>/preview/",
            self.admin_site.admin_view(require_safe(self.preview)),
            name="requests_casereview_preview",
        )
        return [answer, document, preview, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._show(request, object_id, ReviewAnswerForm())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._show(request, object_id, ReviewAnswerForm())

    def answer(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Answer the question, which ends the sharing."""
        user: Any = request.user
        check_can_review_cases(user)
        review = get_object_or_404(CaseReview.objects.select_related("case"), pk=pk, reviewer=user)
        form = ReviewAnswerForm(request.POST)
        if not form.is_valid():
            return self._show(request, pk, form, status=422)
        try:
            reviews.answer(review=review, body=form.cleaned_data["body"], by=user)
        except reviews.ReviewRefused as refusal:
            context = {"title": review.case.reference, "refusal": refusal, "typed": form.cleaned_data["body"]}
            shown = self.admin_site.each_context(request) | context
            return render(request, "admin/requests/case_review_over.html", shown, status=409)
        messages.success(request, _("Your answer stands in %(reference)s.") % {"reference": review.case.reference})
        return redirect("admin:requests_casereview_changelist")

    def document(self, request: HttpRequest, pk: UUID, document: UUID) -> HttpResponseBase:
        """A paper that goes with the question, to be saved, a series as a ZIP; that it was opened is written down first."""
        row = self._paper(request, pk, document)
        if not row.can_be_opened:
            raise Http404
        audit.record_access(row.case, AccessKind.DOCUMENT, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
        shared = CaseReview.objects.get(pk=pk).documents
        entry = series_in(shared.of_series(row).select_related("case"))[0]
        if row.kind not in IMAGES:
            return as_file(row)
        # Who reads a case without its name gets none with the images.
        try:
            return for_clinics(entry, names=known_names(row.case))
        except Refused:
            raise Http404 from None

    def preview(self, request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
        """The picture of a paper that goes with the question."""
        return as_picture(request, self._paper(request, pk, document))

    def _paper(self, request: HttpRequest, pk: UUID, document: UUID) -> Document:
        """Return a paper that goes with a question to whoever looks."""
        user: Any = request.user
        check_can_review_cases(user)
        review = get_object_or_404(shared_with(user), pk=pk)
        row: Document = get_object_or_404(review.documents.here().select_related("case"), pk=document)
        second_factor.require_recent(request, seconds=RECENT_SECONDS)
        return row

    def _show(self, request: HttpRequest, pk: UUID | str, form: ReviewAnswerForm, status: int = 200) -> HttpResponse:
        """Show the medical part of a case that is shared with whoever looks, and note that it was read."""
        user: Any = request.user
        check_can_review_cases(user)
        related = ("case__condition__area", "asked_by")
        try:
            review = shared_with(user).select_related(*related).exclude(case__wrapped_key=b"").get(pk=pk)
        except (CaseReview.DoesNotExist, ValidationError, ValueError):  # the last two for a pk that is no UUID
            raise Http404 from None
        audit.record_access(review.case, AccessKind.REVIEW, by=user, object_id=review.pk)
        papers = review.documents.here().select_related("case")
        context = {
            "title": review.case.reference,
            "review": review,
            "case": review.case,
            "part": medical_part(review.case),
            "documents": series_in(row for row in papers if row.can_be_opened),
            "form": form,
        }
        shown = self.admin_site.each_context(request) | context
        return render(request, "admin/requests/case_review.html", shown, status=status)

    @display(description=gettext_lazy("Case"), ordering="case__reference")
    def reference(self, review: CaseReview) -> str:
        return review.case.reference
