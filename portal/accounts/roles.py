"""Permissions of each role in the admin: model permissions of its group, set after each migration."""

from typing import Any

from django.contrib.auth.models import Group, Permission

from portal.accounts.enums import Role

CONTENT = {
    "conditions": ["area", "condition", "section", "treatment", "question", "documentneed", "source", "procedure", "price", "exchangerate", "questionnaire", "questionnairequestion", "questionnairesource"],
    "clinics": [
        "city", "airport", "clinic", "clinicfact", "cliniclanguage", "clinicservice", "clinicsource", "clinicresearch", "accreditation", "offeredtreatment", "doctor", "publication", "careassistant", "photo", "travelfact",
    ],
    "requests": ["supportpackage", "packageline", "packageterm"],
}  # fmt: skip


def _all(actions: str, models: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {
        (app, f"{action}_{model}") for app, names in models.items() for model in names for action in actions.split()
    }


_DESK = (
    _all("view change", {"requests": ["case"]})
    | _all("view add", {"requests": ["estimate", "estimateline"]})
    | _all("view add change delete", {"requests": ["cannedreply"]})
    | _all("view", {"core": ["outboxitem", "teamday"]})
    | _all("view", CONTENT)
    | _all("view", {"clinics": ["cliniccontact"], "requests": ["moneyrules"]})
)

PERMISSIONS: dict[Role, set[tuple[str, str]]] = {
    Role.COORDINATOR: _DESK,
    Role.LEAD: _DESK
    | _all("view change", {"requests": ["deadline"]})
    | _all("view add change", {"requests": ["taskkind", "endreason"]})
    | _all("view add change delete", {"requests": ["steptime", "coordinatorprofile", "contactnumber"]})
    | _all("view add change delete", {"core": ["teamday"]})
    | _all("view", {"accounts": ["user"], "requests": ["erasure", "legalhold"]}),
    Role.EDITOR: _all("view add change delete", CONTENT)
    | _all("view add change delete", {"clinics": ["cliniccontact"]})
    | _all("view change", {"requests": ["moneyrules"]})
    | _all("view add change", {"requests": ["cannedreply"]})
    | _all("view", {"requests": ["pricetakeover"]})
    | _all("view", {"conditions": ["edition", "questionnaireedition", "feedback"]})
    | _all("change", {"conditions": ["feedback"]}),
    Role.REVIEWER: _all("view", CONTENT)
    | _all("view", {"conditions": ["edition", "questionnaireedition", "feedback"]}),
    Role.FINANCE: _all("view", {"requests": ["estimate", "estimateline"]})
    | _all("view add", {"requests": ["paymentrecord"]})
    | _all("view", {"conditions": ["price", "procedure", "exchangerate"]})
    # What clinics pay us is read by nobody else.
    | _all("view add change", {"clinics": ["cliniccommission"]})
    | _all("view change", {"requests": ["moneyrules"]}),
    Role.CASE_REVIEWER: _all("view", {"requests": ["casereview"]}),
    # People and settings: nothing of a case, whose pages open by break-glass alone (decision 0049).
    Role.ADMINISTRATOR: _all("view add change", {"accounts": ["user"], "requests": ["taskkind", "endreason"]})
    | _all("view change", {"requests": ["deadline", "retentionrule"]})
    | _all("view", {"requests": ["erasure", "legalhold"]})
    | _all("view add change delete", {"requests": ["steptime", "coordinatorprofile", "contactnumber"]})
    | _all("view add change delete", {"core": ["teamday"], "conditions": ["reviewer"]})
    | _all(
        "view",
        {"accounts": ["securityevent"], "core": ["outboxitem"], "conditions": ["edition", "questionnaireedition"]},
    )
    | _all("view", CONTENT),
}


def sync_roles(using: str = "default", **kwargs: Any) -> None:
    """Make the groups and give each exactly the permissions of its role."""
    there = Permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    keys = {(app, codename): pk for app, codename, pk in there}
    for role, pairs in PERMISSIONS.items():
        group, _created = Group.objects.using(using).get_or_create(name=role)
        # This runs after each app, and the permissions of later ones are not there yet.
        group.permissions.set([keys[pair] for pair in pairs if pair in keys])
