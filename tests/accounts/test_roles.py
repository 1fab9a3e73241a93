"""Who may see the rows of a model at the desk: each model has its decision here or among the permissions of roles."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model

from portal.accounts.enums import Role
from portal.accounts.roles import PERMISSIONS

PACKAGES = ("portal", "conditions", "clinics", "requests")
# Shown by pages of the case, to whoever may read cases (requests.permissions).
ON_THE_CASE = {
    "requests.absence",
    "requests.acceptancecode",
    "requests.accessevent",
    "requests.answer",
    "requests.answersending",
    "requests.askedline",
    "requests.call",
    "requests.caselink",
    "requests.consent",
    "requests.consenttext",
    "requests.contactlog",
    "requests.continuitydraft",
    "requests.continuitypack",
    "requests.correction",
    "requests.document",
    "requests.documentpart",
    "requests.erasedfile",
    "requests.estimatedecision",
    "requests.event",
    "requests.brief",
    "requests.familylink",
    "requests.followup",
    "requests.followupanswer",
    "requests.proposedclinic",
    "requests.handovernote",
    "requests.handoverread",
    "requests.homecoming",
    "requests.message",
    "requests.missingpaper",
    "requests.note",
    "requests.offer",
    "requests.patientlink",
    "requests.patientstatement",
    "requests.planitem",
    "requests.referral",
    "requests.referralcode",
    "requests.referraldocument",
    "requests.referralmessage",
    "requests.submission",
    "requests.task",
    "requests.textdraft",
    "requests.trip",
}
# Shown by no page of the desk, or only as a count.
NOBODY = {
    "accounts.emailchange",
    "clinics.directoryversion",
    "conditions.editionhtml",
    "conditions.loadedcontent",
    "core.alert",
    "core.alertnotice",
    "core.attestation",
    "core.contentversion",
    "core.heartbeat",
    "core.pendingimport",
    "core.searchdocument",
    "core.searchword",
    "requests.auditcheck",
    "requests.auditremoval",
    "requests.auditseal",
    "requests.followuptally",
    "requests.lateauditrow",
    "requests.retentionrun",
    "requests.messagedraft",
    "requests.printedpaper",
    "requests.queuefigures",
    "requests.queuepreference",
}


def ours() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]


def granted() -> set[str]:
    """Return the models that some role has a permission of."""
    return {f"{app}.{code.partition('_')[2]}" for pairs in PERMISSIONS.values() for app, code in pairs}


def on_pages() -> set[str]:
    """Return the models with a page in the admin or a place on one, which ask for permissions of the model."""
    pages = [page for site in admin.sites.all_sites for page in site._registry.values()]
    return {model._meta.label_lower for page in pages for model in (page.model, *(one.model for one in page.inlines))}


def test_each_model_has_one_decision_who_may_see_it() -> None:
    decided = [*granted(), *ON_THE_CASE, *NOBODY]
    assert sorted(decided) == sorted(model._meta.label_lower for model in ours())


def test_permissions_are_those_that_some_page_asks_for() -> None:
    names = {model._meta.label_lower for model in ours()}
    assert granted() == on_pages() & names


@pytest.mark.django_db
def test_each_group_has_exactly_the_permissions_of_its_role() -> None:
    found = {
        group.name: set(group.permissions.values_list("content_type__app_label", "codename"))
        for group in Group.objects.all()
    }
    assert found == {role.value: pairs for role, pairs in PERMISSIONS.items()}
    assert set(PERMISSIONS) == set(Role)
