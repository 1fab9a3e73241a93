"""What the database refuses is a sentence beside its field, never the name of a constraint and never an error page."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import BaseConstraint, Model
from django.test import Client

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.core.admin.base import ReadOnlyAdmin
from portal.core.admin.forms import PortalModelForm
from tests.accounts.cast import staff_client
from tests.factories import make_clinic, make_condition, make_procedure, make_staff
from tests.requests.reading import posted_from

OURS = ("accounts", "clinics", "conditions", "core", "front", "requests")


def models_of_ours() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def constraints() -> list[tuple[type[Model], BaseConstraint]]:
    return [(model, constraint) for model in models_of_ours() for constraint in model._meta.constraints]


def edited() -> set[type[Model]]:
    """Return the models that a page of the admin saves, rows inside a page among them."""
    pages = [page for page in admin.site._registry.values() if not isinstance(page, ReadOnlyAdmin)]
    return {page.model for page in pages} | {inline.model for page in pages for inline in page.inlines}


@pytest.mark.parametrize(("model", "constraint"), constraints(), ids=lambda part: getattr(part, "name", ""))
def test_every_constraint_has_a_sentence(model: type[Model], constraint: BaseConstraint) -> None:
    sentence = str(constraint.violation_error_message)
    assert sentence != str(BaseConstraint.default_violation_error_message)
    assert (sentence[0].isupper(), sentence[-1]) == (True, ".")
    if model in edited():
        assert constraint.violation_error_code in {field.name for field in model._meta.get_fields()}


def test_every_page_that_saves_puts_the_sentence_beside_its_field() -> None:
    for page in admin.site._registry.values():
        if not isinstance(page, ReadOnlyAdmin):
            assert all(issubclass(part.form, PortalModelForm) for part in (page, *page.inlines)), page


@pytest.fixture
def editor(db: None) -> Client:
    return staff_client(make_staff(Role.EDITOR))


def opened(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    return posted_from(client.get(address).content.decode()) | changes


def new_row(prefix: str, number: int, **values: str) -> dict[str, str]:
    return {f"{prefix}-{number}-{name}": value for name, value in values.items()}


def test_the_upper_amount_of_a_price_is_refused_beside_it(editor: Client) -> None:
    condition, procedure = make_condition(), make_procedure("test-scan")
    price = {"procedure": str(procedure.pk), "currency": "USD", "amount_from": "500", "amount_to": "400"}
    price |= {"source": "Price list", "checked_on": "2026-11-01", "valid_until": "2027-11-01"}
    address = f"/admin/conditions/condition/{condition.pk}/change/"
    page = editor.post(address, opened(editor, address) | new_row("prices", 0, **price) | {"prices-TOTAL_FORMS": "1"})
    [formset] = [one.formset for one in page.context["inline_admin_formsets"] if one.formset.prefix == "prices"]
    sentences = [constraint.violation_error_message for _model, constraint in constraints()
                 if constraint.name == "price_amounts_in_order"]  # fmt: skip
    assert formset.forms[0].errors == {"amount_to": sentences}
    assert "amounts_in_order" not in page.content.decode()


def test_what_only_the_database_sees_costs_nothing_that_was_typed(editor: Client) -> None:
    """Two new sections of one kind on one page: no form compares them, so the database refuses."""
    condition = make_condition()
    address = f"/admin/conditions/condition/{condition.pk}/change/"
    start = condition.sections.count()
    rows = {"sections-TOTAL_FORMS": str(start + 2)}
    for number in (start, start + 1):
        rows |= new_row("sections", number, kind="living", order="9", body_en=f"Typed text {number}")
    response = editor.post(address, opened(editor, address) | rows)
    page = response.content.decode()
    assert response.status_code == 200
    assert "This condition has a section of this kind already." in page
    assert f"Typed text {start + 1}" in page
    assert condition.sections.count() == start


def test_a_new_row_that_somebody_else_makes_at_the_same_moment(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = make_clinic("first-slug")
    monkeypatch.setattr(Clinic, "validate_unique", lambda self, exclude=None: None)
    typed = opened(
        editor, "/admin/clinics/clinic/add/", slug=clinic.slug, name_en="Typed name", city=str(clinic.city_id)
    )
    response = editor.post("/admin/clinics/clinic/add/", typed)
    assert (response.status_code, "Typed name" in response.content.decode()) == (200, True)
    assert "saved at the same moment" in response.content.decode()
