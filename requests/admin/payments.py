"""Admin pages of payments, for finance: all of them, what is awaited, those of a case, one record.

Nobody here reads a name, an illness or a paper of the patient; cases are known by their reference.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from unfold.decorators import display

from portal.core.admin.base import ReadOnlyAdmin
from portal.core.localisation import desk_formats, formats
from requests.admin import labels, payment_rows
from requests.enums import PAYMENT_NAMES, AccessKind, PaymentKind
from requests.forms.offers import in_desk_style
from requests.forms.payments import CancelPaymentForm, PaymentCaseForm, PaymentForm
from requests.models import Case, Estimate, PaymentRecord
from requests.permissions import can_record_payments, check_can_record_payments
from requests.selectors import payments as selectors
from requests.services import audit, payments
from requests.services.payments import MoreThanHeld, PaymentRefused

AWAITED_ON_A_PAGE = 200


class KindFilter(SimpleListFilter):
    """What happened, in the words of the desk."""

    title = pgettext_lazy("desk", "what happened")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return PAYMENT_NAMES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[PaymentRecord]) -> QuerySet[PaymentRecord]:
        return queryset.filter(kind=self.value()) if self.value() in PaymentKind.values else queryset


class CurrencyFilter(SimpleListFilter):
    """The currencies that there are."""

    title = pgettext_lazy("desk", "currency")
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        codes = PaymentRecord.objects.order_by("currency").values_list("currency", flat=True).distinct()
        return [(code, code) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PaymentRecord]) -> QuerySet[PaymentRecord]:
        return queryset.filter(currency=self.value()) if self.value() else queryset


class MonthFilter(SimpleListFilter):
    """The months in which something happened, the newest first."""

    title = pgettext_lazy("desk", "month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        months = PaymentRecord.objects.dates("on", "month", order="DESC")
        return [(f"{month:%Y-%m}", formats.month(month, desk_formats.language())) for month in months]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PaymentRecord]) -> QuerySet[PaymentRecord]:
        known = {key for key, _name in self.lookup_choices}
        if self.value() not in known:
            return queryset
        year, month = str(self.value()).split("-")
        return queryset.filter(on__year=int(year), on__month=int(month))


@admin.register(PaymentRecord)
class PaymentRecordAdmin(ReadOnlyAdmin):
    """Every record, the newest day first, with the sums of what is listed; a record is added and cancelled, no more."""

    empty_list = pgettext_lazy(
        "desk",
        "What patients were asked for, what came, what was paid on and paid back. The portal moves no money: it keeps "
        "what you record.",
    )
    list_display = ("day", "reference", "happened", "amount_in_words", "paper_named", "who", "cancelled")
    ordering = ("-on", "-created_at")
    list_filter = (KindFilter, CurrencyFilter, MonthFilter)
    search_fields = ("case__reference",)
    search_help_text = pgettext_lazy("desk", "Reference of a case, or a part of it")
    list_before_template = "admin/requests/payment_totals.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_record_payments(request.user)  # type: ignore[arg-type]  # staff, the site made sure

    def has_view_permission(self, request: HttpRequest, obj: PaymentRecord | None = None) -> bool:
        return can_record_payments(request.user)  # type: ignore[arg-type]  # staff, the site made sure

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentRecord]:
        return selectors.listed()

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("due/", require_safe(awaited), "due"),
            ("case/<str:reference>/", require_http_methods(["GET", "HEAD", "POST"])(of_case), "case"),
            ("<uuid:pk>/cancel/", require_http_methods(["GET", "HEAD", "POST"])(cancel), "cancel"),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=f"requests_paymentrecord_{name}")
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list with the sums of what is listed, and note whose payments were read."""
        response: Any = super().changelist_view(request, extra_context)
        if (changelist := getattr(response, "context_data", {}).get("cl")) is not None:
            response.context_data["totals"] = _totals(selectors.totals(changelist.queryset))
            _read(request, (record.case for record in changelist.result_list))
        return response  # type: ignore[no-any-return]  # Unfold has no types

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask of which case a payment is recorded, and go to the page of its payments."""
        check_can_record_payments(request.user)  # type: ignore[arg-type]  # staff, the site made sure
        form = PaymentCaseForm(request.GET if "reference" in request.GET else None)
        if form.is_valid():
            return _to_case(form.cleaned_data["reference"])
        context = {"title": pgettext("desk", "Payments of a case"), "form": form}
        return _page(request, "payment_find.html", context, 422 if form.is_bound else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one record."""
        check_can_record_payments(request.user)  # type: ignore[arg-type]  # staff, the site made sure
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return _show(request, record)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The record tells its whole history itself."""
        return self.change_view(request, object_id)

    @display(description=pgettext_lazy("desk", "Day"), ordering="on")
    def day(self, record: PaymentRecord) -> str:
        return desk_formats.day(record.on)

    @display(description=pgettext_lazy("desk", "Case"), ordering="case__reference")
    def reference(self, record: PaymentRecord) -> SafeString:
        if record.case.is_erased:  # its page opens no more
            return format_html('<span class="payments-line">{}</span>', record.case.reference)
        url = reverse("admin:requests_paymentrecord_case", args=[record.case.reference])
        return format_html('<a class="desk-link payments-line" href="{}">{}</a>', url, record.case.reference)

    @display(description=pgettext_lazy("desk", "What happened"), ordering="kind")
    def happened(self, record: PaymentRecord) -> str:
        return str(PAYMENT_NAMES[PaymentKind(record.kind)])

    @display(description=pgettext_lazy("desk", "Amount"), ordering="amount")
    def amount_in_words(self, record: PaymentRecord) -> SafeString:
        return format_html(
            '<span class="payments-line">{}</span>', payment_rows.in_words(record.amount, record.currency)
        )

    @display(description=pgettext_lazy("desk", "Paper"))
    def paper_named(self, record: PaymentRecord) -> SafeString:
        return format_html('<bdi class="payments-paper">{}</bdi>', payment_rows.text(record, "paper"))

    @display(description=pgettext_lazy("desk", "Recorded by"), ordering="recorded_by__name")
    def who(self, record: PaymentRecord) -> SafeString:
        return format_html("<bdi>{}</bdi>", record.recorded_by)

    @display(description=pgettext_lazy("desk", "Cancelled"), ordering="cancelled_at")
    def cancelled(self, record: PaymentRecord) -> str:
        return desk_formats.moment(record.cancelled_at) if record.cancelled_at else ""


def awaited(request: HttpRequest) -> HttpResponse:
    """Show what was asked for and has not come, the oldest first: where the day of finance begins."""
    check_can_record_payments(request.user)  # type: ignore[arg-type]  # staff, the site made sure
    everything = selectors.awaited()
    rows = everything[:AWAITED_ON_A_PAGE]
    _read(request, (row.case for row in rows))
    context = {
        "title": pgettext("desk", "Asked for, not received"),
        "rows": [{"row": row, "since": desk_formats.day(row.since), **payment_rows.sums(row.balance)} for row in rows],
        "left_out": len(everything) - len(rows),
    }
    return _page(request, "payments_awaited.html", context)


def of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the payments of a case with what is owed and held; a POST records one more."""
    by: Any = request.user
    check_can_record_payments(by)
    named = PaymentCaseForm(QueryDict(urlencode({"reference": reference})))
    if not named.is_valid():
        return _page(
            request, "payment_find.html", {"title": pgettext("desk", "Payments of a case"), "form": named}, 404
        )
    case: Case = named.cleaned_data["reference"]
    if case.reference != reference and request.method != "POST":
        return _to_case(case)
    _read(request, [case])
    records = selectors.of_case(case)
    form = _form(request, case, records)
    if not form.is_valid():
        return _case_page(request, case, records, form, 422 if form.is_bound else 200)
    data = dict(form.cleaned_data)
    token, key = data.pop("form_token"), data.pop("estimate", "")
    chosen = Estimate.objects.get(pk=key) if key else None
    try:
        record = payments.record(case, **data, estimate=chosen, token=token, by=by)
    except PaymentRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        if isinstance(refusal, MoreThanHeld):
            form.asks_why_more = True
        return _case_page(request, case, records, form, 422)
    told = {
        "what": PAYMENT_NAMES[PaymentKind(record.kind)],
        "amount": payment_rows.in_words(record.amount, record.currency),
    }
    messages.success(request, pgettext("desk", "Recorded: %(what)s, %(amount)s.") % told)
    return _to_case(case)


def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask why a record is wrong, and cancel it."""
    by: Any = request.user
    check_can_record_payments(by)
    record = get_object_or_404(selectors.listed(), pk=pk)
    form = CancelPaymentForm(request.POST if request.method == "POST" else None)
    refused = ""
    if form.is_valid():
        try:
            payments.cancel(record, reason=form.cleaned_data["reason"], by=by)
        except PaymentRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(
                request, pgettext("desk", "The record is cancelled. It stays in the list, and counts no more.")
            )
            return redirect("admin:requests_paymentrecord_change", record.pk)
    _read(request, [record.case])
    context = {
        "title": pgettext("desk", "Cancel a payment record"),
        "record": payment_rows.shown(record),
        "form": form,
        "refused": refused,
    }
    return _page(request, "payment_cancel.html", context, 409 if refused else 422 if form.is_bound else 200)


def _show(request: HttpRequest, record: PaymentRecord) -> HttpResponse:
    _read(request, [record.case])
    total = labels.total(record.estimate) if record.estimate else ""
    context = {
        "title": pgettext("desk", "Payment record"),
        "record": payment_rows.shown(record),
        "estimate_total": total,
    }
    return _page(request, "payment.html", context)


def _case_page(
    request: HttpRequest, case: Case, records: list[PaymentRecord], form: PaymentForm, status: int
) -> HttpResponse:
    in_desk_style(form)
    context = {
        "title": pgettext("desk", "Payments of %(reference)s") % {"reference": case.reference},
        "case": case,
        "balances": [payment_rows.sums(balance) for balance in selectors.balances(records)],
        "records": [payment_rows.shown(record) for record in reversed(records)],
        "form": form,
        "takes_none": case.is_quarantined or case.is_spam,
    }
    return _page(request, "payments_of_case.html", context, status)


def _form(request: HttpRequest, case: Case, records: list[PaymentRecord]) -> PaymentForm:
    """Return the form with the versions of the estimate by number and total, for their lines say what is treated."""
    estimates = Estimate.objects.filter(case__in=case.whole()).order_by("-issued_at").prefetch_related("lines")
    names = {}
    currencies = [record.currency for record in reversed(records)]
    for estimate in estimates:
        about = {"version": estimate.version, "total": labels.total(estimate)}
        names[estimate.pk] = pgettext("desk", "Version %(version)s, %(total)s") % about
        currencies += [total.currency for total in estimate.totals()]
    return PaymentForm(request.POST if request.method == "POST" else None, currencies=currencies, estimates=names)


def _totals(sums: dict[str, dict[PaymentKind, Any]]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Return by currency what each kind comes to, in words."""
    return [
        (currency, [(PAYMENT_NAMES[kind], payment_rows.in_words(amount, currency)) for kind, amount in kinds.items()])
        for currency, kinds in sums.items()
    ]


def _read(request: HttpRequest, cases: Iterable[Case]) -> None:
    """Note whose payments somebody reads, once a day."""
    audit.record_daily_access(cases, AccessKind.PAYMENTS, by=request.user)  # type: ignore[arg-type]  # staff


def _to_case(case: Case) -> HttpResponse:
    return redirect("admin:requests_paymentrecord_case", case.reference)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shown = {**admin.site.each_context(request), **context}
    return render(request, f"admin/requests/{template}", shown, status=status)
