"""Every model belongs to a role, or is named here as one that no role sees in the admin."""

from django.apps import apps

from portal.accounts.roles import PERMISSIONS

# What administrators alone see.
ADMINISTRATORS = {"accounts.securityevent", "conditions.reviewer"}
# Rows that the admin shows on pages of other models, under their permissions.
SHOWN_ELSEWHERE = {"requests.accessevent", "requests.correction", "requests.textdraft"}
# Rows that no page of the admin shows.
NEVER_SHOWN = {
    *("clinics.directoryversion", "conditions.editionhtml", "conditions.loadedcontent"),
    *("core.alert", "core.alertnotice", "core.contentversion", "core.heartbeat"),
    *("core.searchdocument", "core.searchword", "core.waitingfile"),
    *("requests.answer", "requests.questionnaire"),
}


def test_every_model_is_given_to_a_role_or_known_to_belong_to_none() -> None:
    ours = {
        model._meta.label_lower for app in apps.get_app_configs() if is_ours(app.name) for model in app.get_models()
    }
    given = {f"{app}.{code.partition('_')[2]}" for pairs in PERMISSIONS.values() for app, code in pairs}
    assert given - ours == set(), "a role names a model that does not exist"
    assert ours - given == ADMINISTRATORS | SHOWN_ELSEWHERE | NEVER_SHOWN


def is_ours(name: str) -> bool:
    return name in {"requests", "clinics", "conditions"} or name.startswith("portal.")
