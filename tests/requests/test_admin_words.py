"""How the desk speaks: one form of dates, names instead of slugs and codes, its own page for what is not allowed."""

import datetime
import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinics.models import CareAssistant, Clinic, ClinicLanguage, Doctor
from conditions.models import Condition, Price, Procedure
from portal.accounts.enums import Role
from portal.core.admin.outbox import trouble
from portal.core.delivery import outbox
from portal.core.models import OutboxItem, TeamDay
from requests.models import Case
from requests.services import holds, links
from requests.services.desk import add_note
from requests.services.messages import write_to_desk
from tests.accounts.cast import staff_client
from tests.factories import give_feedback, make_clinic, make_condition, make_package, make_price, make_staff, submit

pytestmark = pytest.mark.django_db

MONTHS = "January|February|March|April|June|July|August|September|October|November|December"
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
OTHER_FORMS = re.compile(
    rf"\b(?:{MONTHS})\b|\b(?:{DAYS})\b|\b\d{{4}}-\d\d-\d\d\b|\b\d\d\.\d\d\.\d{{4}}\b|[ap]\.m\.|noon|midnight"
)


@pytest.fixture
def boss() -> Client:
    return staff_client(make_staff(*Role, email="boss@example.org", name="Boss"))


def words_of(page: str) -> str:
    """Return what a page shows to its reader: no script, no control, no attribute."""
    body = re.sub(
        r"<(script|style|select|textarea|template)\b.*?</\1>", " ", page[page.index("<body") :], flags=re.DOTALL
    )
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


@pytest.fixture
def case() -> Case:
    condition, clinic = make_condition("test-illness", name_en="Test illness"), make_clinic("test-clinic")
    scan = make_price(condition, "test-scan", 380).procedure
    case = submit(
        condition=condition, clinic=clinic, package=make_package("test-package"), procedures=(scan,), country="AE",
        shortlist=(clinic,), time_zone="Asia/Dubai",
    )  # fmt: skip
    write_to_desk(case=case, body="Are you there?", form_token="t" * 20)
    add_note(case=case, body="A note", by=make_staff(Role.COORDINATOR, name="Olga"))
    return case


def pages_of(case: Case) -> list[str]:
    return [
        "/admin/requests/case/", f"/admin/requests/case/{case.pk}/change/", f"/admin/requests/case/{case.pk}/facts/condition/",
        f"/admin/requests/case/{case.pk}/move/declined_by_us/", "/admin/core/outboxitem/", "/admin/requests/estimate/",
        "/admin/core/teamday/", "/admin/conditions/edition/", "/admin/conditions/condition/", "/admin/conditions/condition/due/",
        "/admin/conditions/feedback/", "/admin/conditions/price/", "/admin/conditions/procedure/", "/admin/conditions/area/",
        "/admin/clinics/clinic/", "/admin/clinics/clinic/due/", "/admin/clinics/offeredtreatment/", "/admin/clinics/travelfact/",
        "/admin/clinics/clinicsource/", "/admin/clinics/city/", "/admin/requests/supportpackage/", "/admin/requests/packageline/",
        "/admin/accounts/user/", "/admin/conditions/exchangerate/", "/admin/clinics/cliniccontact/",
    ]  # fmt: skip


def test_days_and_moments_have_one_form_on_every_page(boss: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(status="travel", waiting_since=None, answer_by=None)
    by = make_staff(Role.COORDINATOR)
    holds.put_on_hold(case=case, until=timezone.localdate() + datetime.timedelta(days=30), reason="Visa", by=by)
    links.show(case=case, by=by)
    TeamDay.objects.create(on=datetime.date(2027, 3, 1))
    give_feedback()
    condition = Condition.objects.get(slug="liver-metastases")
    found = {}
    for address in [*pages_of(case), f"/admin/conditions/condition/{condition.pk}/publish/"]:
        page = boss.get(address)
        assert page.status_code == 200, address
        found[address] = OTHER_FORMS.findall(words_of(page.content.decode()))
    # The names and words of sources have days of their own, as they were read.
    of_sources = {
        f"/admin/clinics/{name}/" for name in ("clinicsource", "travelfact", "offeredtreatment", "clinic/due")
    }
    assert {address: forms for address, forms in found.items() if forms and address not in of_sources} == {}
    for address in of_sources - {"/admin/clinics/clinic/due/"}:
        assert re.search(r">\s*\d{1,2} [A-Z][a-z]{2} \d{4}\s*<", boss.get(address).content.decode()), address


def test_a_waiting_patient_has_the_moment_of_the_desk_and_of_their_own(boss: Client, case: Case) -> None:
    page = words_of(boss.get(f"/admin/requests/case/{case.pk}/change/").content.decode())
    day = r"(?:\d{1,2} [A-Z][a-z]{2} \d{4}, )?"
    assert re.search(rf"promised by\s+{day}\d\d:\d\d MSK\s*, there {day}\d\d:\d\d \(Dubai time\)", page)


def test_slugs_and_codes_are_names_on_every_page(boss: Client, case: Case) -> None:
    Doctor.objects.create(slug="test-doctor", name_en="Doctor", is_sample=True)
    CareAssistant.objects.create(slug="test-assistant", name_en="Assistant", is_sample=True)
    give_feedback()
    codes = {
        *Condition.objects.values_list("slug", flat=True), *Procedure.objects.values_list("code", flat=True),
        *Clinic.objects.values_list("slug", flat=True), "test-package", "test-doctor", "test-assistant",
    }  # fmt: skip
    # A slug of one plain word may be a word of a page.
    codes = {code for code in codes if "-" in code}
    statuses = {
        "waiting_documents",
        "declined_by_us",
        "in_flight",
        "no_answer",
        "someone_else",
        "fact_corrected",
        "(AE)",
    }
    for address in pages_of(case):
        shown = words_of(boss.get(address).content.decode())
        found = {code for code in codes | statuses if re.search(rf"(?<![\w@.-]){re.escape(code)}(?![\w.-])", shown)}
        assert found == set(), address


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/admin/conditions/edition/", "Arabic"),
        ("/admin/conditions/condition/due/", "Arabic"),
        ("/admin/conditions/condition/", "Arabic"),
        ("/admin/conditions/feedback/", "English"),
    ],
)
def test_languages_are_named_in_lists_and_filters(boss: Client, address: str, name: str) -> None:
    give_feedback()
    shown = words_of(boss.get(address).content.decode())
    assert name in shown
    assert not re.search(r"(?<![\w-])(?:ar|ru|en|zh-hans)(?![\w-])", shown)


def test_a_filter_by_language_finds_its_rows(boss: Client) -> None:
    rows = boss.get("/admin/conditions/edition/?language=ar").context["cl"].result_list
    assert {row.language for row in rows} == {"ar"}


def test_the_gate_names_what_it_means(boss: Client) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    treatment: Any = condition.treatments.first()
    treatment.risks_en = "A risk without a citation."
    treatment.save()
    Price.objects.filter(condition=condition).update(valid_until=datetime.date(2020, 1, 1))
    Condition.objects.filter(pk=condition.pk).update(next_review_on=datetime.date(2020, 1, 1))
    shown = words_of(boss.get(f"/admin/conditions/condition/{condition.pk}/publish/").content.decode())
    assert "The check of 1 Jan 2020 is overdue" in shown
    assert f"{treatment.name_en}, risks: “A risk without" in shown
    assert f"treatment:{treatment.slug}" not in shown
    price = Price.objects.filter(condition=condition).select_related("procedure").first()
    assert price is not None
    assert str(price.procedure) in shown


def test_a_language_of_a_clinic_is_named_by_its_name() -> None:
    row = ClinicLanguage(clinic=make_clinic(), code="ar", source="x", checked_on=datetime.date(2026, 1, 1))
    assert str(row) == "Arabic"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("SMTP 550", "The mail server refuses the address"),
        ("TimeoutError", "The other side did not answer in time"),
        ("KeyError", "It did not work; the log says why"),
        ("", ""),
    ],
)
def test_a_failed_mail_says_why_in_words(boss: Client, case: Case, error: str, sentence: str) -> None:
    OutboxItem.objects.filter(reference=case.reference).update(error=error, state=outbox.State.FAILED)
    assert trouble(error) == sentence
    for address in ("/admin/core/outboxitem/", f"/admin/requests/case/{case.pk}/change/"):
        shown = words_of(boss.get(address).content.decode())
        assert (sentence in shown, bool(error) and error in shown) == (True, False), address


@pytest.mark.parametrize("address", ["/admin/requests/case/", "/admin/accounts/user/", "/admin/requests/case/new/"])
def test_what_is_not_allowed_at_the_desk_is_said_by_the_desk(address: str) -> None:
    response = staff_client(make_staff(Role.EDITOR)).get(address)
    page = response.content.decode()
    assert response.status_code == 403
    for part in ('href="/admin/"', "Back to the desk", "You may not do this", "Clinics"):
        assert part in page
    assert "Contact us" not in page


def test_a_refusal_gives_its_reason() -> None:
    page = staff_client(make_staff(Role.EDITOR)).get("/admin/requests/case/new/").content.decode()
    assert "Only coordinators work on cases." in page


def test_a_form_without_its_cookie_is_refused_by_the_desk(case: Case) -> None:
    user = make_staff(Role.COORDINATOR)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = staff_client(user).cookies
    response = strict.post(f"/admin/requests/case/{case.pk}/assign/", {"me": "1"})
    assert (response.status_code, "Back to the desk" in response.content.decode()) == (403, True)
    assert "Allow cookies" in response.content.decode()


def test_patients_are_refused_by_the_site() -> None:
    response: Any = Client(enforce_csrf_checks=True).post("/en/requests/new/", {})
    assert (response.status_code, "Back to the desk" in response.content.decode()) == (403, False)
