"""Every time that somebody reads has its zone, and nobody is promised an hour of another zone."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from conditions.models import Condition, Procedure
from portal.accounts.enums import Role
from portal.core.localisation import formats, languages
from portal.core.models import OutboxItem
from requests.models import Case, Estimate
from requests.pdf.estimates import EstimateContext
from requests.services.messages import write_to_desk
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import answers, make_staff, submit
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

LANGUAGES = languages.LIVE
FORM = "/en/requests/new/"
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
TIME = re.compile(r"\b\d\d:\d\d\b(?!\))")
# In summer New York is four hours behind UTC, and seven behind Moscow.
SENT, DUE = datetime(2026, 8, 6, 5, tzinfo=UTC), datetime(2026, 8, 6, 14, tzinfo=UTC)


def plain(text: object) -> str:
    """Return what a page or a mail says, without tags and marks of direction."""
    return " ".join(re.sub(r"<[^>]*>", "", str(text)).translate(ISOLATES).split())


def in_summer(**fields: Any) -> Case:
    """Return a case that was sent on a Thursday in August, at 8 in Moscow, and is answered by 17."""
    case = submit(**fields)
    case.created_at, case.answer_by = SENT, DUE
    case.save(update_fields=["created_at", "answer_by"])
    return case


# ── The question ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["USA", "Канада", "Russia"])
def test_a_country_with_several_times_is_asked_about(language: str, country: str) -> None:
    page = Client().post(f"/{language}/requests/time-zone/", {"country": country, "time_zone": ""}).content.decode()
    with override(language):
        assert gettext("Your country has several time zones. Which one do you live in?") in page
        assert gettext("I am not sure") in page
    first = {"USA": "America/New_York", "Канада": "America/Toronto", "Russia": "Europe/Moscow"}[country]
    assert re.findall(r'<option value="([^"]*)"', page)[:2] == ["", first]


@pytest.mark.parametrize("country", ["Kazakhstan", "UAE", "Atlantis", "", "\0", "x" * 10_000])
def test_any_other_country_is_not(country: str) -> None:
    page = Client().post("/en/requests/time-zone/", {"country": country}).content.decode()
    assert "Which one do you live in?" not in page
    assert "The time of my country" in page


def test_the_zone_chosen_before_stays() -> None:
    page = FormPage(
        Client().post("/en/requests/time-zone/", {"country": "US", "time_zone": "America/Denver"}).content.decode()
    )
    assert page.value("time_zone") == "America/Denver"


def test_without_a_script_the_list_has_the_zones_of_every_country_that_has_several(client: Client) -> None:
    page = client.get(FORM).content.decode()
    group = page.partition('<optgroup label="United States">')[2].partition("</optgroup>")[0]
    assert re.findall(r'value="([^"]*)"', group)[:3] == ["America/New_York", "America/Chicago", "America/Los_Angeles"]


def test_a_form_that_comes_back_asks(client: Client) -> None:
    page = client.post(FORM, answers(country="USA", name="")).content.decode()
    assert "Your country has several time zones. Which one do you live in?" in page
    assert list(FormPage(page).errors) == ["name"]


def test_a_form_without_an_answer_is_taken(client: Client) -> None:
    assert client.post(FORM, answers(country="USA", time_zone="")).status_code == 302
    case = Case.objects.get()
    assert (case.country, case.time_zone, case.zones) == ("US", "", ("America/New_York", "Europe/Moscow"))


# ── What is promised ─────────────────────────────────────────────────────────────────────────

PROMISED = [
    ("KZ", "", "Thursday 6 August 2026, 19:00 (Almaty time)"),
    ("UZ", "", "Thursday 6 August 2026, 19:00 (Tashkent time)"),
    ("CN", "", "Thursday 6 August 2026, 22:00 (Shanghai time)"),
    ("AE", "", "Thursday 6 August 2026, 18:00 (Dubai time)"),
    ("US", "", "Thursday 6 August 2026, 10:00 (New York time), which is 17:00 (Moscow time)"),
    ("US", "America/Denver", "Thursday 6 August 2026, 08:00 (Denver time)"),
    ("AU", "", "Friday 7 August 2026, 00:00 (Sydney time), which is Thursday 6 August 2026, 17:00 (Moscow time)"),
    ("RU", "", "Thursday 6 August 2026, 17:00 (Moscow time)"),
]


@pytest.mark.parametrize(("country", "chosen", "promise"), PROMISED)
def test_mail_receipt_and_case_promise_an_hour_with_its_zone(
    client: Client, country: str, chosen: str, promise: str
) -> None:
    case = in_summer(country=country, time_zone=chosen)
    (receipt,) = to(case.email, deliver_all())
    page = plain(patient_of(case).get(f"/en/case/{case.reference}/").content.decode())
    for text in (plain(receipt.body), plain(receipt.alternatives[0].content), page):
        assert promise in text


def test_the_page_after_sending_promises_the_same(client: Client) -> None:
    location = client.post(FORM, answers(country="USA"))["Location"]
    case = Case.objects.get()
    assert case.answer_by
    promise = formats.moment(case.answer_by, "en", "America/New_York", "Europe/Moscow")
    assert f"By {promise}." in plain(client.get(location).content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_time_of_a_patient_stands_without_its_zone(language: str) -> None:
    case = in_summer(language=language, country="US")
    write_to_desk(case=case, body="A question", form_token="t" * 20)
    page = patient_of(case).get(f"/{language}/case/{case.reference}/").content.decode()
    mails = [mail_text(one) for one in deliver_all()]
    zones = [f"({formats.zone_name(zone, one)})" for zone in ("America/New_York", "Europe/Moscow") for one in LANGUAGES]
    page = re.sub(r'datetime="[^"]*"', "", page).partition("<footer")[0]  # it names our own hours, in Moscow time
    texts = [plain(text) for text in (page, *mails)]
    found = [text[match.end() : match.end() + 40].strip() for text in texts for match in TIME.finditer(text)]
    assert len(found) >= 8
    assert [after for after in found if not after.startswith(tuple(zones))] == []


# ── The desk ─────────────────────────────────────────────────────────────────────────────────


def test_no_time_of_the_desk_stands_without_its_zone() -> None:
    case = in_summer(country="US")
    write_to_desk(case=case, body="A question", form_token="t" * 20)
    deliver_all()
    client = staff_client(make_staff(Role.LEAD))
    client.post(f"/admin/requests/case/{case.pk}/note/", {"note-body": "A note"})
    zones = ("MSK", "(Moscow time)", "(New York time)")
    for address in (f"requests/case/{case.pk}/change/", "core/outboxitem/", "requests/estimate/"):
        text = plain(client.get(f"/admin/{address}").content.decode())
        found = [text[match.end() : match.end() + 20].lstrip(": 0123456789") for match in TIME.finditer(text)]
        assert [after for after in found if not after.startswith(zones)] == [], address
        assert found or "estimate" in address


def test_the_lists_of_the_desk_are_in_the_time_of_the_team() -> None:
    in_summer()
    OutboxItem.objects.update(created_at=SENT)
    page = staff_client(make_staff(Role.LEAD)).get("/admin/core/outboxitem/").content.decode()
    assert "6 Aug 2026, 08:00 MSK" in page


def test_the_desk_reads_whether_the_patient_said_the_zone() -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    for chosen, is_said in (("", False), ("America/Denver", True)):
        case = in_summer(country="US", time_zone=chosen)
        page = plain(client.get(f"/admin/requests/case/{case.pk}/change/").content.decode())
        assert ("is a guess" in page) is not is_said


# ── Countries and phones in the form ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "typed", "phone", "stored"),
    [
        ("en", "UAE", "050 123 4567", ("AE", "+971501234567")),
        ("en", "Dubai", "050 123 4567", ("AE", "+971501234567")),
        ("en", "England", "07400 123456", ("GB", "+447400123456")),
        ("ru", "Белоруссия", "8 029 491-19-11", ("BY", "+375294911911")),
        ("ru", "Казахстан", "8 701 234 56 78", ("KZ", "+77012345678")),
        ("ar", "السعوديه", "050 123 4567", ("SA", "+966501234567")),
        ("ar", "الامارات", "٠٥٠ ١٢٣ ٤٥٦٧", ("AE", "+971501234567")),
    ],
)
def test_a_local_phone_works_with_the_country_as_it_is_written(
    client: Client, language: str, typed: str, phone: str, stored: tuple[str, str]
) -> None:
    data = answers(country=typed, channel="phone", phone=phone)
    response = client.post(f"/{language}/requests/new/", data)
    assert response.status_code == 302, FormPage(response.content.decode()).errors
    case = Case.objects.get()
    assert (case.country, case.phone) == stored


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_error_offers_the_likely_country_and_does_not_blame_the_phone(client: Client, language: str) -> None:
    typed = {"en": "Kazahkstan", "ru": "Казахстон", "ar": "كازاخستانن"}[language]
    data = answers(country=typed, channel="phone", phone="8 701 234 56 78")
    page = FormPage(client.post(f"/{language}/requests/new/", data).content.decode())
    with override(language):
        sentence = gettext("Enter the name of a country. Did you mean “%(country)s”?")
    assert page.errors == {"country": sentence % {"country": formats.countries(language)["KZ"]}}
    assert (page.value("country"), page.value("phone")) == (typed, "8 701 234 56 78")


@pytest.mark.parametrize(
    ("issued_at", "day"), [("2026-08-06T20:30", "6 August 2026"), ("2026-08-06T21:30", "7 August 2026")]
)
def test_an_estimate_is_of_the_day_in_moscow(issued_at: str, day: str) -> None:
    case = submit(
        condition=Condition.objects.get(slug="liver-metastases"),
        procedures=tuple(Procedure.objects.filter(code="surgery")),
    )
    Estimate.objects.filter(case=case).update(issued_at=datetime.fromisoformat(f"{issued_at}+00:00"))
    page = plain(patient_of(case).get(f"/en/case/{case.reference}/").content.decode())
    assert f"Of {day}, holds until" in page
    assert str(EstimateContext.of(case.estimates.get()).issued_on.own) == day
