"""Conditions, procedures, prices, clinics and packages for tests."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clinics.models import City, Clinic, ClinicContact, ClinicSource
from conditions.enums import Verdict
from conditions.models import Area, Condition, Edition, Feedback, Price, Procedure
from conditions.models.editions import list_columns
from conditions.services import feedback
from requests.models import SupportPackage

FEEDBACK_TEXT = "Canary: the word resection is hard."


def make_area(slug: str = "oncology") -> Area:
    """Return an area, made once."""
    return Area.objects.get_or_create(slug=slug, defaults={"name_en": slug.title(), "name_ru": "Онкология"})[0]


def make_condition(slug: str = "test-illness", **fields: Any) -> Condition:
    """Return a condition with names in three languages."""
    names = {"name_en": "Test illness", "name_ru": "Проверочная болезнь", "name_ar": "مرض تجريبي"}
    return Condition.objects.create(slug=slug, area=make_area(), **{**names, **fields})


def make_procedure(code: str = "test-operation", **fields: Any) -> Procedure:
    """Return a procedure with names in three languages."""
    names = {"name_en": "Test operation", "name_ru": "Проверочная операция", "name_ar": "عملية تجريبية"}
    return Procedure.objects.get_or_create(code=code, defaults={**names, **fields})[0]


def make_price(condition: Condition, code: str, amount: int | str, **fields: Any) -> Price:
    """Return a typical price in US dollars that holds for a year."""
    terms: dict[str, Any] = {
        "amount_from": Decimal(amount),
        "source": "MARUS",
        "checked_on": timezone.now().date(),
        "valid_until": timezone.now().date() + timedelta(days=365),
    }
    names = {"name_en": code.title(), "name_ru": f"{code}-ru", "name_ar": f"{code}-ar"}
    return Price.objects.create(condition=condition, procedure=make_procedure(code, **names), **{**terms, **fields})


def make_clinic(slug: str = "test-clinic", **fields: Any) -> Clinic:
    """Return a clinic in Moscow whose price list was read for what it says against it."""
    city = City.objects.get_or_create(slug="moscow", defaults={"name_en": "Moscow", "name_ru": "Москва"})[0]
    names = {"name_en": "Test Clinic", "name_ru": "Проверочная клиника"}
    clinic = Clinic.objects.create(slug=slug, city=city, **{**names, **fields})
    make_source(clinic, "Its price list")
    return clinic


def make_contact(slug: str = "asked-clinic", **fields: Any) -> ClinicContact:
    """Return somebody at a clinic who may receive briefs and confirm facts."""
    clinic = fields.pop("clinic", None) or Clinic.objects.filter(slug=slug).first() or make_clinic(slug)
    said = {"name": "Contact Sample", "role": "International department", "email": f"{slug}@example.org", **fields}
    return ClinicContact.objects.create(clinic=clinic, may_receive_briefs=True, may_confirm_facts=True, **said)


def make_source(clinic: Clinic, source: str, **fields: Any) -> ClinicSource:
    """Return a source of a clinic that says nothing against it, made once."""
    terms = {"finding": "nothing", "checked_on": timezone.now().date(), **fields}
    return ClinicSource.objects.get_or_create(clinic=clinic, source=source, defaults=terms)[0]


def make_package(slug: str = "test-package", **fields: Any) -> SupportPackage:
    """Return a support package."""
    return SupportPackage.objects.create(slug=slug, **{"name_en": "Choose", "name_ru": "Выбор", **fields})


def yesterday() -> date:
    """Return a day that has passed."""
    return timezone.now().date() - timedelta(days=1)


def give_feedback(**changes: Any) -> Feedback:
    """Return what an Arabic reader says about the English page of cataract."""
    edition = Edition.objects.current().get(condition__slug="cataract", language="en")
    said: dict[str, Any] = {"verdict": Verdict.UNCLEAR, "text": FEEDBACK_TEXT, "form_token": "t" * 24, "flags": []}
    return feedback.send(edition_id=edition.pk, language="ar", **{**said, **changes})


def rewrite(edition: Edition, **content: Any) -> None:
    """Let an edition say something else: what nothing but a test does."""
    edition.content |= content
    Edition.objects.filter(pk=edition.pk).update(content=edition.content, **list_columns(edition.content))
    edition.html.all().delete()
