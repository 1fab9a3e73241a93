"""Admin pages around erasing: the list of erasings, a wish that the patient told us, and legal holds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.admin.base import ReadOnlyAdmin
from requests.admin.case_page import back, get_case, render_page
from requests.enums import ConsentWay, StatedBy
from requests.forms.erasures import ErasureByDeskForm, LegalHoldForm, ReasonForm
from requests.models import Erasure, LegalHold
from requests.permissions import check_can_hold_cases
from requests.selectors import erasures as selectors
from requests.services import erasures


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """Erasings of cases: asked for, done, taken back; references and times alone."""

    empty_list = pgettext_lazy("desk", "The cases that patients want erased, and those that were. No name stands here.")
    list_display = ("reference", "state", "why", "asked_at", "due_at", "erased_at")
    list_filter = ("state", "why")
    search_fields = ("reference",)
    fields = (
        "reference",
        "state",
        "why",
        "created_at",
        "asked_at",
        "asked_by",
        "stated_by",
        "way",
        "due_at",
        "taken_back_at",
        "erased_at",
    )


@admin.register(LegalHold)
class LegalHoldAdmin(ReadOnlyAdmin):
    """Legal holds: who set which and until when; the reason is words about a case, and is read there."""

    empty_list = pgettext_lazy(
        "desk", "The cases that a law or a claim keeps from being erased. Leads set a hold in the case."
    )
    list_display = ("reference", "by", "until", "lifted_at", "lifted_by")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    search_fields = ("case__reference",)
    list_select_related = ("case", "by", "lifted_by")
    ordering = ("-until", "-pk")
    fields = ("reference", "set_at", "by", "until", "lifted_at", "lifted_by")

    @admin.display(description=pgettext_lazy("desk", "Reference"), ordering="case__reference")
    def reference(self, hold: LegalHold) -> str:
        return hold.case.reference

    @admin.display(description=pgettext_lazy("desk", "set"))
    def set_at(self, hold: LegalHold) -> datetime:
        return hold.created_at


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the erasing that a patient told us of; the week to take it back is the same."""
    case = get_case(request, pk)
    form = ErasureByDeskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        by: Any = request.user
        erasures.ask(case, by=by, stated_by=StatedBy(said["stated_by"]), way=ConsentWay(said["way"]))
        messages.success(request, pgettext("desk", "The case will be erased in 7 days. The patient is told by e-mail."))
        return back(request, case)
    lead = pgettext(
        "desk",
        "In 7 days its key is destroyed, and nothing of the case can be read again. Be sure that you spoke with the patient. Until then they, or you, can take it back.",
    )
    return _page(request, case, form, pgettext("desk", "Have it erased"), lead)


@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a case that should have been erased, as the patient told us."""
    case = get_case(request, pk)
    standing = selectors.standing(case)
    if standing is not None:
        erasures.take_back(standing, by=request.user)  # type: ignore[arg-type]  # staff
    messages.success(request, pgettext("desk", "The case stays."))
    return back(request, case)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a case stay until a day, for a reason."""
    case = get_case(request, pk)
    user: Any = request.user
    check_can_hold_cases(user)
    form = LegalHoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        erasures.set_hold(case=case, by=user, **form.cleaned_data)
        messages.success(request, pgettext("desk", "The case will not be erased before that day is over."))
        return back(request, case)
    lead = pgettext("desk", "Nothing erases the case until then, not even the wish of the patient, who reads the day.")
    return _page(request, case, form, pgettext("desk", "Set a legal hold"), lead)


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: UUID, hold: UUID) -> HttpResponse:
    """End a legal hold, for a reason."""
    case = get_case(request, pk)
    user: Any = request.user
    check_can_hold_cases(user)
    standing = get_object_or_404(LegalHold, pk=hold, case__in=case.living.whole())
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        erasures.lift_hold(hold=standing, by=user, **form.cleaned_data)
        messages.success(request, pgettext("desk", "The legal hold is lifted."))
        return back(request, case)
    lead = pgettext("desk", "An erasing that waits for it goes on within the hour.")
    return _page(request, case, form, pgettext("desk", "Lift the legal hold"), lead)


def _page(request: HttpRequest, case: Any, form: Any, label: str, lead: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return render_page(request, "move.html", case, status=status, form=form, label=label, lead=lead)
