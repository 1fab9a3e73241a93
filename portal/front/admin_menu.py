"""The menu of the admin: it knows the pages of every app. Its badges and permissions are named by strings."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the menu, as Unfold wants them; it asks each entry for its link, permission and badge."""
    return [
        {
            "title": "Desk",
            "items": [
                {"title": "What needs you", "icon": "home", "link": _address("index")},
                _entry(
                    "Cases",
                    "inbox",
                    "requests_case_changelist",
                    "requests.admin.desk.works_cases",
                    badge="requests.admin.desk.cases_badge",
                    badge_variant="danger",
                    badge_style="solid",
                    active=lambda request: "/requests/case/" in request.path and request.GET.get("whose") != "mine",
                ),
                _entry(
                    "My cases",
                    "person",
                    "requests_case_changelist",
                    "requests.admin.desk.works_cases",
                    "?whose=mine&status=open",
                    # Unfold compares paths alone, so it would mark both entries.
                    active=lambda request: request.GET.get("whose") == "mine",
                ),
                _entry("Estimates", "request_quote", "requests_estimate_changelist", _may("requests.view_estimate")),
                _entry(
                    "Outbox",
                    "outgoing_mail",
                    "core_outboxitem_changelist",
                    _may("core.view_outboxitem"),
                    badge="requests.admin.desk.outbox_badge",
                    badge_variant="danger",
                    badge_style="solid",
                ),
                _entry(
                    "Mail files",
                    "drafts",
                    "core_mail_list",
                    lambda request: settings.EMBEDDED and request.user.has_perm("core.view_outboxitem"),
                ),
                _entry("Deadlines", "timer", "requests_deadline_changelist", _may("requests.view_deadline")),
                _entry("Days of the team", "event", "core_teamday_changelist", _may("core.view_teamday")),
            ],
        },
        {
            "title": "Pages",
            "separator": True,
            "items": [
                _entry(
                    "Conditions",
                    "article",
                    "conditions_condition_changelist",
                    _may("conditions.view_condition"),
                    active=_inside("/conditions/condition/"),
                ),
                _entry("Editions", "history_edu", "conditions_edition_changelist", _may("conditions.view_edition")),
                _entry(
                    "Feedback",
                    "rate_review",
                    "conditions_feedback_changelist",
                    _may("conditions.view_feedback"),
                    badge="conditions.admin.feedback.badge",
                    badge_variant="warning",
                    badge_style="solid",
                ),
                _entry("What is due", "event", "conditions_condition_upkeep", _may("conditions.view_condition")),
                _entry("Due in the directory", "update", "clinics_clinic_upkeep", _may("clinics.view_clinic")),
                _entry("Areas", "category", "conditions_area_changelist", _may("conditions.view_area")),
                _entry("Procedures", "list_alt", "conditions_procedure_changelist", _may("conditions.view_procedure")),
                _entry(
                    "Clinics",
                    "local_hospital",
                    "clinics_clinic_changelist",
                    _may("clinics.view_clinic"),
                    active=_inside("/clinics/clinic/"),
                ),
                _entry("Doctors", "stethoscope", "clinics_doctor_changelist", _may("clinics.view_doctor")),
                _entry(
                    "Care assistants",
                    "diversity_3",
                    "clinics_careassistant_changelist",
                    _may("clinics.view_careassistant"),
                ),
                _entry("Cities", "location_city", "clinics_city_changelist", _may("clinics.view_city")),
                _entry("Travel facts", "travel", "clinics_travelfact_changelist", _may("clinics.view_travelfact")),
                _entry(
                    "Packages",
                    "inventory_2",
                    "requests_supportpackage_changelist",
                    _may("requests.view_supportpackage"),
                ),
                _entry(
                    "Package lines",
                    "checklist",
                    "requests_packageline_changelist",
                    _may("requests.view_packageline"),
                ),
            ],
        },
        {
            "title": "People",
            "separator": True,
            "items": [
                _entry("Staff", "group", "accounts_user_changelist", _may("accounts.view_user")),
                _entry(
                    "Security log",
                    "policy",
                    "accounts_securityevent_changelist",
                    _may("accounts.view_securityevent"),
                ),
                _entry("Reviewers", "badge", "conditions_reviewer_changelist", _may("conditions.view_reviewer")),
            ],
        },
    ]


def _address(name: str, query: str = "") -> Any:
    return lambda request: reverse(f"admin:{name}") + query


def _may(permission: str) -> Any:
    return lambda request: request.user.has_perm(permission)


def _inside(folder: str) -> Any:
    # Unfold would mark a list as open on the page of what is due, whose address begins like the list's.
    return lambda request: folder in request.path and not request.path.endswith("/due/")


def _entry(title: str, icon: str, name: str, may: Any, query: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": _address(name, query), "permission": may, **more}
