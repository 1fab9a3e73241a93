"""The menu of the admin: it knows the pages of every app."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conditions.admin import feedback
from portal.accounts.enums import Role
from portal.front import admin_ready
from requests.admin import queue
from requests.admin.desk import outbox_badge, works_cases
from requests.permissions import can_break_glass, can_record_payments, can_see_outcomes, can_see_who_saw


@dataclass(frozen=True)
class Entry:
    """A page in the menu: its words and icon, the name of its address, who may open it, and a number beside it."""

    title: Any
    icon: str
    name: str
    may: Callable[[Any], bool]
    number: Callable[[HttpRequest], str] = lambda request: ""
    is_urgent: bool = False


def _may(permission: str) -> Callable[[Any], bool]:
    return lambda user: bool(user.has_perm(permission))


def _list(title: Any, icon: str, model: str, **more: Any) -> Entry:
    """Return the entry of the list of a model (``app.model``), for who may see its rows."""
    app, name = model.split(".")
    return Entry(title, icon, f"{app}_{name}_changelist", _may(f"{app}.view_{name}"), **more)


LIBRARY = (
    _list(pgettext_lazy("desk", "Conditions"), "article", "conditions.condition"),
    _list(_("Editions"), "history_edu", "conditions.edition"),
    _list(pgettext_lazy("desk", "Questionnaires"), "quiz", "conditions.questionnaire"),
    _list(_("Editions of questionnaires"), "manage_history", "conditions.questionnaireedition"),
    _list(_("Feedback"), "rate_review", "conditions.feedback", number=feedback.badge),
    Entry(_("What is due"), "event", "conditions_condition_upkeep", _may("conditions.view_condition")),
    Entry(_("Due in the directory"), "update", "clinics_clinic_upkeep", _may("clinics.view_clinic")),
    _list(pgettext_lazy("desk", "Areas"), "category", "conditions.area"),
    _list(_("Procedures"), "list_alt", "conditions.procedure"),
    _list(_("Prices"), "payments", "conditions.price"),
    _list(pgettext_lazy("desk", "Prices from estimates and offers"), "price_check", "requests.pricetakeover"),
    _list(pgettext_lazy("desk", "Exchange rates"), "currency_exchange", "conditions.exchangerate"),
    _list(_("Clinics"), "local_hospital", "clinics.clinic"),
    _list(pgettext_lazy("desk", "Contacts of clinics"), "contact_mail", "clinics.cliniccontact"),
    _list(_("Doctors"), "stethoscope", "clinics.doctor"),
    _list(pgettext_lazy("desk", "Care assistants"), "diversity_3", "clinics.careassistant"),
    _list(_("Cities"), "location_city", "clinics.city"),
    _list(_("Travel facts"), "travel", "clinics.travelfact"),
    _list(pgettext_lazy("desk", "Packages"), "inventory_2", "requests.supportpackage"),
    _list(_("Package lines"), "checklist", "requests.packageline"),
)

OFFICE = (
    Entry(pgettext_lazy("desk", "Ready to open"), "fact_check", "front_ready", admin_ready.may_see),
    _list(_("Cases for you to review"), "clinical_notes", "requests.casereview"),
    Entry(_("Outcomes"), "monitoring", "requests_case_outcomes", can_see_outcomes),
    Entry(
        pgettext_lazy("desk", "Asked for, not received"),
        "pending_actions",
        "requests_paymentrecord_due",
        can_record_payments,
    ),
    _list(pgettext_lazy("desk", "Payments"), "account_balance_wallet", "requests.paymentrecord"),
    _list(_("Estimates"), "request_quote", "requests.estimate"),
    _list(pgettext_lazy("desk", "Erasings of cases"), "delete_forever", "requests.erasure"),
    _list(pgettext_lazy("desk", "Legal holds"), "balance", "requests.legalhold"),
    _list(pgettext_lazy("desk", "Rules about money"), "gavel", "requests.moneyrules"),
    _list(pgettext_lazy("desk", "Commissions of clinics"), "percent", "clinics.cliniccommission"),
    _list(_("Outbox"), "outgoing_mail", "core.outboxitem", number=outbox_badge, is_urgent=True),
    Entry(
        _("Mail files"),
        "drafts",
        "core_mail_list",
        lambda user: settings.EMBEDDED and user.has_perm("core.view_outboxitem"),
    ),
    _list(_("Deadlines"), "timer", "requests.deadline"),
    _list(pgettext_lazy("desk", "Rules of retention"), "auto_delete", "requests.retentionrule"),
    _list(_("Kinds of tasks"), "task_alt", "requests.taskkind"),
    _list(_("Reasons of endings"), "flag", "requests.endreason"),
    _list(_("Canned replies"), "quickreply", "requests.cannedreply"),
    _list(_("Usual times"), "route", "requests.steptime"),
    _list(_("Days of the team"), "event", "core.teamday"),
    _list(_("Staff"), "group", "accounts.user"),
    _list(_("Security log"), "policy", "accounts.securityevent"),
    Entry(pgettext_lazy("desk", "Who saw what"), "visibility", "requests_who_saw", can_see_who_saw),
    Entry(_("Emergency"), "emergency_home", "requests_emergency", can_break_glass),
    _list(_("Coordinators"), "support_agent", "requests.coordinatorprofile"),
    _list(_("Our numbers"), "call", "requests.contactnumber"),
    _list(_("Reviewers"), "badge", "conditions.reviewer"),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the menu with what the reader may open; the first one, and where they are, stand open."""
    today = [_view(view) for view in queue.views(request)] if works_cases(request) else []
    library, office = (
        [_shown(entry, request) for entry in entries if entry.may(request.user)] for entries in (LIBRARY, OFFICE)
    )
    groups = ((_("Today"), today, True), (_("Library"), library, False), (_("Office"), office, False))
    return [
        {"title": title, "items": items, "is_open": is_open or any(item["active"] for item in items)}
        for title, items, is_open in groups
        if items
    ]


def _shown(entry: Entry, request: HttpRequest) -> dict[str, Any]:
    link = reverse(f"admin:{entry.name}")
    # The address of what is due begins like that of the list beside it.
    is_other = request.path.endswith("/due/") and request.path != link
    return {
        "title": entry.title,
        "icon": entry.icon,
        "link": link,
        "active": request.path.startswith(link) and not is_other,
        "number": entry.number(request),
        "is_urgent": entry.is_urgent,
    }


def _view(view: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a view of the queue."""
    return {
        "title": view["name"],
        "link": view["url"],
        "active": view["is_current"],
        "number": view["shown"] if view["number"] else "",
        "is_urgent": view["key"] == "needs=overdue",
    }


def home(request: HttpRequest) -> str | None:
    """Return where somebody's day begins; None for the list of everything that they can open."""
    user: Any = request.user
    if user.has_role(Role.ADMINISTRATOR) and not works_cases(request):
        return None
    pages = (
        (works_cases(request), "requests_case_changelist"),
        (user.has_perm("requests.view_casereview"), "requests_casereview_changelist"),
        (user.has_perm("conditions.change_condition"), "conditions_condition_upkeep"),
        (user.has_perm("conditions.view_edition"), "conditions_edition_changelist"),
        (can_record_payments(user), "requests_paymentrecord_due"),
    )
    return next((reverse(f"admin:{name}") for is_theirs, name in pages if is_theirs), None)
