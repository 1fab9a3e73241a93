"""The menu of the admin: it knows the pages of every app."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conditions.admin import feedback
from portal.accounts.enums import Role
from requests.admin import queue
from requests.admin.desk import outbox_badge, works_cases
from requests.permissions import can_break_glass


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the menu with what the reader may open; the first one, and where they are, stand open."""
    groups: list[dict[str, Any]] = [
        {
            "title": _("Today"),
            "is_open": True,
            "items": [_view(view) for view in queue.views(request)] if works_cases(request) else [],
        },
        {
            "title": _("Library"),
            "items": [
                _list(
                    pgettext_lazy("desk", "Conditions"),
                    "article",
                    "conditions.condition",
                    active=_inside("/conditions/condition/"),
                ),
                _list(_("Editions"), "history_edu", "conditions.edition"),
                _list(
                    _("Feedback"),
                    "rate_review",
                    "conditions.feedback",
                    number=feedback.badge,
                ),
                _entry(_("What is due"), "event", "conditions_condition_upkeep", _may("conditions.view_condition")),
                _entry(_("Due in the directory"), "update", "clinics_clinic_upkeep", _may("clinics.view_clinic")),
                _list(pgettext_lazy("desk", "Areas"), "category", "conditions.area"),
                _list(_("Procedures"), "list_alt", "conditions.procedure"),
                _list(_("Prices"), "payments", "conditions.price"),
                _list(_("Clinics"), "local_hospital", "clinics.clinic", active=_inside("/clinics/clinic/")),
                _list(_("Doctors"), "stethoscope", "clinics.doctor"),
                _list(pgettext_lazy("desk", "Care assistants"), "diversity_3", "clinics.careassistant"),
                _list(_("Cities"), "location_city", "clinics.city"),
                _list(_("Travel facts"), "travel", "clinics.travelfact"),
                _list(pgettext_lazy("desk", "Packages"), "inventory_2", "requests.supportpackage"),
                _list(_("Package lines"), "checklist", "requests.packageline"),
            ],
        },
        {
            "title": _("Office"),
            "items": [
                _list(_("Cases for you to review"), "clinical_notes", "requests.casereview"),
                _list(_("Estimates"), "request_quote", "requests.estimate"),
                _list(_("Outbox"), "outgoing_mail", "core.outboxitem", number=outbox_badge, is_urgent=True),
                _entry(
                    _("Mail files"),
                    "drafts",
                    "core_mail_list",
                    lambda request: settings.EMBEDDED and request.user.has_perm("core.view_outboxitem"),
                ),
                _list(_("Deadlines"), "timer", "requests.deadline"),
                _list(_("Kinds of tasks"), "task_alt", "requests.taskkind"),
                _list(_("Reasons of endings"), "flag", "requests.endreason"),
                _list(_("Canned replies"), "quickreply", "requests.cannedreply"),
                _list(_("Usual times"), "route", "requests.steptime"),
                _list(_("Days of the team"), "event", "core.teamday"),
                _list(_("Staff"), "group", "accounts.user"),
                _list(_("Security log"), "policy", "accounts.securityevent"),
                _entry(
                    _("Emergency"),
                    "emergency_home",
                    "requests_emergency",
                    lambda request: can_break_glass(request.user),
                ),
                _list(_("Coordinators"), "support_agent", "requests.coordinatorprofile"),
                _list(_("Our numbers"), "call", "requests.contactnumber"),
                _list(_("Reviewers"), "badge", "conditions.reviewer"),
            ],
        },
    ]
    return [group for group in (_opened(group, request) for group in groups) if group["items"]]


def _opened(group: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Return a group with its answers for a reader in place of its questions."""
    items = []
    for item in group["items"]:
        if "permission" in item and not item["permission"](request):
            continue
        link, number = item["link"], item.get("number", "")
        link = link(request) if callable(link) else link
        active = item["active"](request) if "active" in item else request.path.startswith(link)
        number = number(request) if callable(number) else number
        asked = {"link": link, "active": active, "number": number, "permission": None}
        items.append({**item, **asked})
    is_open = group.get("is_open", False) or any(item["active"] for item in items)
    return {"title": group["title"], "items": items, "is_open": is_open}


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
        (user.has_perm("requests.view_estimate"), "requests_estimate_changelist"),
    )
    return next((reverse(f"admin:{name}") for is_theirs, name in pages if is_theirs), None)


def _view(view: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a view of the queue."""
    return {
        "title": view["name"],
        "link": view["url"],
        "active": lambda request: view["is_current"],
        "number": view["shown"] if view["number"] else "",
        "is_urgent": view["key"] == "needs=overdue",
    }


def _address(name: str, query: str = "") -> Any:
    return lambda request: reverse(f"admin:{name}") + query


def _may(permission: str) -> Any:
    return lambda request: request.user.has_perm(permission)


def _inside(folder: str) -> Any:
    # Unfold would mark a list as open on the page of what is due, whose address begins like the list's.
    return lambda request: folder in request.path and not request.path.endswith("/due/")


def _entry(title: Any, icon: str, name: str, may: Any, query: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": _address(name, query), "permission": may, **more}


def _list(title: Any, icon: str, model: str, **more: Any) -> dict[str, Any]:
    """Return the entry of the list of a model (``app.model``), for who may see its rows."""
    app, name = model.split(".")
    return _entry(title, icon, f"{app}_{name}_changelist", _may(f"{app}.view_{name}"), **more)
