"""Estimates: what is summed, what stays frozen, and what the page and the PDF say."""

import hashlib
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import page
import pypdf
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from clinics.models import Clinic
from conditions.models import Condition, Price, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core import files
from portal.core.localisation import formats, languages
from portal.core.models import OutboxItem
from requests.enums import PriceOrigin, Status
from requests.models import Case, Estimate, EstimateLine, SupportPackage
from requests.pdf import estimates as pdf
from requests.services import effects
from requests.services.estimates import FinalTerms, issue, line_by_hand
from tests.cast import patient_of
from tests.factories import make_condition, make_price, make_staff, submit
from tests.factories.catalogue import yesterday
from tests.factories.requests import EMAIL, MESSAGE, NAME
from tests.requests.delivery import deliver_all, to

pytestmark = pytest.mark.django_db

LANGUAGES = languages.LIVE
NOT_AN_OFFER = "This is a preliminary estimate. It is not an offer."
NO_SUM = "These are alternatives. Hardly anybody needs all of them, so there is no sum."
PERSON = "A person writes your cost estimate. You get it on your case page."
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def text_of(html: str) -> str:
    """Return the words of the estimate on a page, in one line."""
    article = html.partition('<article class="estimate"')[2].partition("</article>")[0].partition(">")[2]
    # Drawings and links to ask about a line are not printed as words.
    article = re.sub(r'<svg.*?</svg>|<a class="ask.*?</a>', " ", article, flags=re.DOTALL)
    return squeezed(re.sub(r"<[^>]+>", " ", article))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\xa0", " ").translate(ISOLATES)).strip()


def page_text(case: Case, version: int = 0) -> str:
    response = patient_of(case).get(f"/{case.language}/case/{case.reference}/estimates/{version}/")
    assert response.status_code == 200
    return text_of(response.content.decode())


def pdf_bytes(case: Case, version: int = 0) -> bytes:
    """Print what waits and fetch it as the patient does."""
    deliver_all()
    response = patient_of(case).get(f"/{case.language}/case/{case.reference}/estimates/{version}.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return bytes(response.content)


def pdf_text(data: bytes) -> str:
    return squeezed("\n".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(data)).pages))


def liver(language: str = "en", *codes: str, **fields: Any) -> Case:
    """Send a request about liver metastases with procedures of the loaded price list."""
    condition = Condition.objects.get(slug="liver-metastases")
    chosen = tuple(Procedure.objects.filter(code__in=codes))
    assert len(chosen) == len(codes)
    return submit(language=language, condition=condition, procedures=chosen, **fields)


def final(case: Case, by: User, *, included: str = "", lines: int = 1) -> Estimate:
    terms = FinalTerms(timezone.now().date() + timedelta(days=30), "The clinic pays us 10 per cent.", included)
    rows = [
        line_by_hand(name=f"Line {n}", name_ru=f"Строка {n}", amount_from=Decimal(100), currency="USD", quantity=2)
        for n in range(1, lines + 1)
    ]
    Case.objects.filter(pk=case.pk, status=Status.NEW).update(status=Status.TRIAGE)
    return issue(case=case, lines=rows, terms=terms, by=by)


# ── Preliminary ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_chosen_is_summed_as_a_lower_bound(language: str) -> None:
    case = liver(language, "diagnostics", "surgery")
    prices = Price.objects.filter(condition=case.condition, procedure__code__in=["diagnostics", "surgery"])
    total = sum((price.amount_from or Decimal(0) for price in prices), Decimal(0))
    assert total == 380 + 2550
    text = page_text(case)
    with override(language):
        said = squeezed(gettext("from %(low)s") % {"low": formats.money(total, "USD", language)})
        assert gettext("Total") in text
        assert gettext(NO_SUM) not in text
    assert said in text


def test_with_nothing_chosen_there_are_alternatives_and_no_total() -> None:
    case = liver()
    text = page_text(case)
    assert NO_SUM in text
    assert "Total" not in text
    condition = case.condition
    assert condition
    names = [price.procedure.name for price in condition.prices.all()]
    assert len(names) == 5
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("codes", [(), ("surgery",)])
def test_a_preliminary_estimate_moves_nothing(codes: tuple[str, ...]) -> None:
    case = liver("en", *codes)
    answer_by = case.answer_by
    deliver_all()
    case.refresh_from_db()
    estimate = case.estimates.get()
    assert (case.status, case.answer_by, case.answered_at) == (Status.NEW, answer_by, None)
    assert (estimate.version, estimate.kind, estimate.issued_by) == (0, "preliminary", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_first_line_says_that_it_is_not_an_offer(language: str) -> None:
    case = liver(language, "surgery")
    with override(language):
        sentence = gettext(NOT_AN_OFFER)
    assert page_text(case).startswith(sentence)
    (line,) = re.findall(
        r"<body>\s*<p class=\"brand\"><svg.*</svg> MARUS</p>\s*<p[^>]*><strong>([^<]+)",
        pdf.document(case.estimates.get()),
    )
    assert line.strip() == sentence


def test_it_says_what_is_not_in_it_what_could_change_it_and_until_when_it_holds() -> None:
    case = liver("en", "surgery")
    text = page_text(case)
    for sentence in (
        "Not included",
        "Flights, the visa fee, insurance, your stay outside hospital and the support package.",
        "What could change the price",
        "More treatment or a longer stay than planned, further tests",
        "Holds until",
        formats.day(case.estimates.get().valid_until, "en"),
        "Prices as stated by MARUS, checked on",
        "This estimate does not replace advice from a doctor.",
    ):
        assert sentence in text


def test_it_holds_until_the_first_of_its_prices_ends() -> None:
    condition, today = make_condition(), timezone.now().date()
    make_price(condition, "test-scan", 380, valid_until=today + timedelta(days=9))
    make_price(condition, "test-operation", 2550, valid_until=today + timedelta(days=90))
    assert submit(condition=condition).estimates.get().valid_until == today + timedelta(days=9)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", ["no condition", "no price", "expired", "on request"])
def test_without_a_price_a_person_writes_and_everything_says_so(language: str, why: str) -> None:
    condition = None if why == "no condition" else make_condition()
    if condition and why == "expired":
        make_price(condition, "test-scan", 380, valid_until=yesterday())
    if condition and why == "on request":
        make_price(condition, "test-scan", 1, amount_from=None)
    case = submit(language=language, condition=condition)
    assert (case.estimates.count(), OutboxItem.objects.filter(kind=effects.ESTIMATE_PDF).count()) == (0, 0)
    assert case.answer_by
    (receipt,) = to(EMAIL, deliver_all())
    html = squeezed(patient_of(case).get(f"/{language}/case/{case.reference}/").content.decode())
    when = formats.moment(case.answer_by, language, "Asia/Dubai")
    with override(language):
        assert gettext(PERSON) in str(receipt.body)
        assert gettext("There is none yet. A person writes your estimate.") in html
        hear = gettext("You hear from us by %(when)s.") % {"when": when}
        assert squeezed(hear) in re.sub(r"</?bdi>", "", html)
    client = patient_of(case)
    for name in ("0/", "0.pdf"):
        assert client.get(f"/{language}/case/{case.reference}/estimates/{name}").status_code == 404


def test_an_expired_price_is_left_out_of_the_alternatives() -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    make_price(condition, "test-operation", 2550, valid_until=yesterday())
    case = submit(condition=condition)
    assert [line.name for line in case.estimates.get().lines.all()] == ["Test-Scan"]


def test_a_chosen_procedure_without_a_price_stays_and_the_total_says_so() -> None:
    condition = make_condition()
    chosen = (
        make_price(condition, "test-scan", 380).procedure,
        make_price(condition, "test-operation", 2550, valid_until=yesterday()).procedure,
    )
    case = submit(condition=condition, procedures=chosen)
    text = page_text(case)
    assert "from US$380" in text
    assert "price on request" in text
    assert "The total leaves out what has no price yet." in text
    assert "2,5" not in text


def test_the_price_of_the_chosen_clinic_comes_before_the_typical_one() -> None:
    from clinics.models import OfferedTreatment
    from tests.factories import make_clinic

    condition, clinic = make_condition(), make_clinic()
    procedure = make_price(condition, "test-scan", 380).procedure
    offer = OfferedTreatment.objects.create(
        clinic=clinic,
        procedure=procedure,
        amount_from=Decimal(500),
        basis="own-page",
        source="Clinic",
        checked_on=timezone.now().date(),
        valid_until=timezone.now().date() + timedelta(days=30),
    )
    offer.conditions.add(condition)
    with_clinic, without = (submit(condition=condition, clinic=one, procedures=(procedure,)) for one in (clinic, None))
    lines = [case.estimates.get().lines.get() for case in (with_clinic, without)]
    assert [(line.amount_from, line.origin) for line in lines] == [
        (500, PriceOrigin.CLINIC),
        (380, PriceOrigin.TYPICAL),
    ]


# ── Frozen ───────────────────────────────────────────────────────────────────────────────────


def test_nothing_that_changes_later_reaches_an_issued_estimate() -> None:
    case = liver("ar", "surgery", clinic=Clinic.objects.get(slug="emc"), package=SupportPackage.objects.first())
    before, printed = page_text(case), pdf.document(case.estimates.get())
    first = pdf_bytes(case)
    Price.objects.exclude(amount_from=None).update(
        amount_from=Decimal(99_999), valid_until=yesterday(), included_ar="شيء", included_ru="Что-то"
    )
    for model in (Condition, Procedure, Clinic, SupportPackage):
        model.objects.update(**{f"name_{code}": "Changed" for code in LANGUAGES})
    Case.objects.update(language="ar", country="KZ")
    assert page_text(case) == before
    assert pdf.document(Estimate.objects.get(case=case)) == printed
    assert pdf_bytes(case) == first


def test_an_estimate_has_one_pdf() -> None:
    case = liver("en", "surgery")
    first = pdf_bytes(case)
    OutboxItem.objects.update(state="queued")
    assert pdf_bytes(case) == first


def test_the_model_refuses_a_change() -> None:
    case = liver("en", "surgery")
    estimate = case.estimates.get()
    line = estimate.lines.get()
    estimate.has_total, line.amount_from = False, Decimal(1)
    for row in (estimate, line):
        with pytest.raises(TypeError, match="never change"):
            row.save()
    assert Estimate.objects.get().has_total is True
    assert EstimateLine.objects.get().amount_from != 1


# ── Final ────────────────────────────────────────────────────────────────────────────────────


def test_a_new_version_supersedes_and_the_old_one_can_still_be_read() -> None:
    case, lead = liver("en", "surgery"), make_staff(Role.LEAD)
    final(case, lead)
    old = pdf_bytes(case, 1)
    final(case, lead, lines=2)
    rows = list(case.estimates.order_by("version").values_list("version", "kind", "superseded_at"))
    assert [(version, kind, at is None) for version, kind, at in rows] == [
        (0, "preliminary", False),
        (1, "final", False),
        (2, "final", True),
    ]
    assert "A newer estimate replaces this one." in page_text(case, 1)
    assert "A newer estimate replaces this one." not in page_text(case, 2)
    assert pdf_bytes(case, 1) == old
    html = patient_of(case).get(f"/en/case/{case.reference}/").content.decode()
    standing, _details, earlier = html.partition("<details>")
    assert ("estimates/2/" in standing, "estimates/1/" in standing) == (True, False)
    assert ("estimates/1/" in earlier, "estimates/0/" in html) == (True, False)


def test_a_final_estimate_is_answered_for_and_announced_once_it_is_printed() -> None:
    case, lead = liver("en", "surgery"), make_staff(Role.LEAD)
    deliver_all()
    Case.objects.update(status=Status.OFFERS_IN)
    final(case, lead, included="Two nights <b>of stay</b>")
    case.refresh_from_db()
    assert (case.status, case.turn, case.answer_by, case.answered_at is None) == (
        "estimate_sent",
        "patient",
        None,
        False,
    )
    mails = to(EMAIL, deliver_all())
    assert [squeezed(str(one.subject)) for one in mails] == [f"Your estimate for {case.reference} is ready"]
    html = patient_of(case).get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    assert "Two nights &lt;b&gt;of stay&lt;/b&gt;" in html
    text = text_of(html)
    assert NOT_AN_OFFER not in text
    for sentence in ("How we are paid", "The clinic pays us 10 per cent.", "from US$200", "Версия 1"):
        assert sentence in text


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    """The PDF of each language; printing takes a while, so it is done once."""
    return {}


def print_once(printed: dict[str, bytes], language: str) -> bytes:
    if language not in printed:
        clinic, package = Clinic.objects.get(slug="emc"), SupportPackage.objects.first()
        printed[language] = pdf_bytes(liver(language, "surgery", "diagnostics", clinic=clinic, package=package))
    return printed[language]


def catalogue(data: bytes) -> Any:
    return pypdf.PdfReader(BytesIO(data)).trailer["/Root"]


@pytest.mark.parametrize(("language", "lang"), [("en", "en-GB"), ("ru", "ru"), ("ar", "ar")])
def test_a_pdf_is_tagged_and_names_its_language(printed: dict[str, bytes], language: str, lang: str) -> None:
    root = catalogue(print_once(printed, language))
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == (lang, True, True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_keeps_the_rules_of_pdf_ua(printed: dict[str, bytes], language: str) -> None:
    report = page.validate_pdf_bytes(print_once(printed, language), profile=page.ValidationProfile.PDF_UA_1)
    assert [(one.rule_id, one.message) for one in report.failures] == []


def test_a_pdf_of_many_pages_keeps_the_rules_too() -> None:
    case = liver("ar", "surgery")
    final(case, make_staff(Role.LEAD), lines=60, included="One\n\nTwo")
    data = pdf_bytes(case, 1)
    pages = pypdf.PdfReader(BytesIO(data)).pages
    assert len(pages) > 1
    for one in list(pages)[:2]:
        assert "Лечение" in one.extract_text(), "the head of the table stands on every page"
    report = page.validate_pdf_bytes(data, profile=page.ValidationProfile.PDF_UA_1)
    assert [(one.rule_id, one.message) for one in report.failures] == []


def test_the_rules_see_a_pdf_without_tags() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    empty = BytesIO()
    writer.write(empty)
    assert page.is_pdf_compliant_bytes(empty.getvalue(), profile=page.ValidationProfile.PDF_UA_1) is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_speaks_her_language_and_russian(printed: dict[str, bytes], language: str) -> None:
    text = pdf_text(print_once(printed, language))
    own = {
        "en": ["Cost estimate", "Liver metastases", "Surgery", "from US$2,930"],
        "ru": [],
        "ar": ["تقدير التكلفة", "نقائل الكبد", "الجراحة", "2,930 US$"],
    }
    russian = ["Смета расходов", "Метастазы в печени", "Операция", "от 2 930 $", "Это ещё не предложение."]
    assert [word for word in own[language] + russian if word not in text] == []
    # A Russian reader does not read everything twice.
    assert text.count("Смета расходов") == 1


@pytest.mark.parametrize(("language", "is_rtl"), [("en", False), ("ru", False), ("ar", True)])
def test_a_table_runs_in_the_direction_of_the_language(
    printed: dict[str, bytes], language: str, *, is_rtl: bool
) -> None:
    places: dict[str, float] = {}

    def see(text: str, _cm: Any, matrix: list[float], *_font: Any) -> None:
        if text.strip() in {"Лечение", "Цена", "Treatment", "Price"}:
            places[text.strip()] = matrix[4]

    pypdf.PdfReader(BytesIO(print_once(printed, language))).pages[0].extract_text(visitor_text=see)
    assert (places["Лечение"] > places["Цена"]) is is_rtl


def test_a_pdf_holds_no_name_and_nothing_that_was_written(printed: dict[str, bytes]) -> None:
    data = print_once(printed, "en")
    text = pdf_text(data) + str(pypdf.PdfReader(BytesIO(data)).metadata)
    assert [word for word in (NAME, *NAME.split(), EMAIL, MESSAGE, "+97150") if word in text] == []


def test_the_row_holds_the_hash_and_the_store_the_bytes_encrypted() -> None:
    case = liver("en", "surgery")
    data = pdf_bytes(case)
    estimate = case.estimates.get()
    assert estimate.pdf_sha256 == hashlib.sha256(data).hexdigest()
    stored = files.read(estimate.pdf_name)
    assert (stored[:5] == b"%PDF-", data[:5] == b"%PDF-", len(stored) > len(data)) == (False, True, True)
    assert case.reference not in estimate.pdf_name


def test_until_it_is_printed_there_is_no_pdf() -> None:
    case = liver("en", "surgery")
    client: Client = patient_of(case)
    address = f"/en/case/{case.reference}/"
    assert client.get(f"{address}estimates/0.pdf").status_code == 404
    assert "The PDF is being made." in client.get(address).content.decode()
    deliver_all()
    assert f"{address}estimates/0.pdf" in client.get(address).content.decode()
