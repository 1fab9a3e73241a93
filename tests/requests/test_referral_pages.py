"""What a clinic reads and writes behind its link: brief, papers, questions, an offer, a no."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinics.models import Clinic
from portal.core.localisation import formats
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import AccessKind, ActorKind, BriefState, EventKind
from requests.models import (
    AccessEvent,
    AskedLine,
    Brief,
    Case,
    Document,
    Event,
    Offer,
    Referral,
    ReferralDocument,
    ReferralMessage,
)
from requests.offer_content import OfferContent, OfferLine
from requests.services import clinic_answers
from requests.services.offers import choose as choose_offer
from tests.core.inspection_files import dicom
from tests.factories import make_brief, make_document, make_offer, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.reading import FormPage
from tests.requests.test_links import changed, tables
from tests.requests.test_referral_access import main_of, opened, path_of, refer
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

ABOUT_HER = (NAME, EMAIL, PHONE, MESSAGE)
OTHER_CLINIC = "Quetzal clinic canary"


@pytest.fixture
def referral() -> Referral:
    return refer(submit())


def ask_for(case: Case, name: str = "Resection", **columns: Any) -> AskedLine:
    return AskedLine.objects.create(
        case=case, name=name, name_ru="Резекция", unit="operation", unit_ru="операция", **columns
    )


def give(referral: Referral, document: Document) -> Document:
    ReferralDocument.objects.create(referral=referral, document=document)
    return document


def form_of(client: Client, path: str) -> FormPage:
    return FormPage(client.get(path).content.decode())


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# ── The page ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_page_holds_nothing_of_the_patient_nor_of_other_clinics(language: str) -> None:
    case = submit()
    referral = refer(case, words="Our words to this clinic")
    other = refer(case, "other-clinic", words="Our words to the other one")
    Referral.objects.filter(pk=other.pk).update(declined_at=timezone.now(), decline_reason="other")
    make_offer(other, treatment=OTHER_CLINIC, lines=[OfferLine(name=OTHER_CLINIC, amount_from=Decimal(77_777))])
    ReferralMessage.objects.create(case=case, referral=other, body=OTHER_CLINIC)
    give(referral, make_document(case, name=f"{NAME}.pdf", kind="pdf"))
    give(other, make_document(case, name="other.pdf", kind="pdf", language="fr"))
    client = opened(referral)
    texts = "".join(
        client.get(path_of(referral, page, language)).content.decode() for page in ("", "offer/", "decline/")
    )
    about = (
        *ABOUT_HER,
        OTHER_CLINIC,
        "77,777",
        "77777",
        "Our words to the other one",
        str(other.pk),
        other.clinic.slug,
    )
    assert [word for word in about if word in texts] == []
    assert ("Canary growth" in texts, "Our words to this clinic" in texts) == (True, True)
    assert texts.count("/documents/") == 1


def test_another_referral_is_not_open_in_the_browser_of_this_one(referral: Referral) -> None:
    other = refer(referral.case, "other-clinic")
    paper = give(other, make_document(referral.case, kind="pdf"))
    client = opened(referral)
    assert "Open it with a code" in main_of(client.get(path_of(other)))
    assert "Open it with a code" in main_of(client.get(path_of(other, f"documents/{paper.pk}/")))
    assert client.get(path_of(referral, f"documents/{paper.pk}/")).status_code == 404


def test_what_is_posted_to_another_referral_waits_for_its_code(referral: Referral) -> None:
    other = refer(referral.case, "other-clinic")
    client = opened(referral)
    before = tables()
    for page, typed in (
        ("", {"body": "Foreign question"}),
        ("offer/", {"treatment": "Foreign surgery", "send": "1"}),
        ("decline/", {"reason": "no_place", "words": "Foreign words"}),
    ):
        response = client.post(path_of(other, page), {**typed, "form_token": "t" * 20})
        assert (response.status_code, "nothing is sent yet" in main_of(response)) == (403, True)
        assert [words for words in (*ABOUT_HER, "Canary growth") if words in response.content.decode()] == []
    assert changed(before) <= {"django_session"}
    assert (client.get(path_of(other)).status_code, client.get(path_of(referral)).status_code) == (200, 200)


def test_the_page_says_whose_offer_is_chosen_and_nothing_of_others(referral: Referral) -> None:
    client, other = opened(referral), refer(referral.case, slug="other-clinic")
    Clinic.objects.filter(pk=other.clinic_id).update(name=OTHER_CLINIC, name_en=OTHER_CLINIC)
    offers = [make_offer(row, columns={"shown_at": timezone.now()}) for row in (referral, other)]
    assert "chose" not in main_of(client.get(path_of(referral)))
    choose_offer(case=referral.case, offer=offers[0], by=ActorKind.PATIENT)
    assert "The patient chose your offer on" in main_of(client.get(path_of(referral)))
    assert "takes the choice away" in main_of(client.get(path_of(referral, "offer/")))
    choose_offer(case=referral.case, offer=offers[1], by=ActorKind.PATIENT)
    page = main_of(client.get(path_of(referral)))
    assert "The patient chose another clinic." in page
    assert OTHER_CLINIC not in page
    assert "takes the choice away" not in main_of(client.get(path_of(referral, "offer/")))


def test_the_page_says_which_parts_of_the_summary_changed_since(referral: Referral) -> None:
    client = opened(referral)
    make_offer(referral)
    before = referral.brief
    Brief.objects.filter(pk=before.pk).update(state=BriefState.SUPERSEDED, superseded_at=timezone.now())
    newer = make_brief(referral.case, number=2)
    newer.content = replace(newer.content, years=51, ecog="1")
    newer.save()
    page = main_of(client.get(path_of(referral)))
    for words in ("has changed since you answered", "What changed:", "age and general condition"):
        assert words in page
    sentence = page.partition("What changed:")[2].partition("</p>")[0]
    assert "diagnoses" not in sentence


# ── Papers ───────────────────────────────────────────────────────────────────────────────────


def test_a_paper_is_saved_without_the_name_of_its_file_and_the_reading_is_written(referral: Referral) -> None:
    paper = give(referral, make_document(referral.case, name=f"{NAME} report.PDF", data=b"%PDF-1.7 report", kind="pdf"))
    response = opened(referral).get(path_of(referral, f"documents/{paper.pk}/"))
    assert body_of(response) == b"%PDF-1.7 report"
    assert response["Content-Disposition"] == f'attachment; filename="{referral.case.reference}-1.pdf"'
    event = AccessEvent.objects.get(kind=AccessKind.DOCUMENT, actor_kind=ActorKind.CLINIC)
    assert (event.object_id, event.referral_id) == (paper.pk, referral.pk)


def test_a_medical_image_is_saved_without_the_patient(referral: Referral) -> None:
    data = dicom(PatientName=NAME)
    paper = give(referral, make_document(referral.case, name=f"{NAME}.dcm", data=data, kind="dicom"))
    response = opened(referral).get(path_of(referral, f"documents/{paper.pk}/"))
    saved = body_of(response)
    assert (referral.case.reference.encode() in saved, NAME.split()[0].encode() in saved) == (True, False)
    assert NAME.split()[0] not in response["Content-Disposition"]


def test_a_paper_that_is_removed_or_taken_back_is_not_given(referral: Referral) -> None:
    client = opened(referral)
    papers = [give(referral, make_document(referral.case, kind="pdf")) for _ in range(2)]
    paths = [path_of(referral, f"documents/{paper.pk}/") for paper in papers]
    assert [client.get(path).status_code for path in paths] == [200, 200]
    Document.objects.filter(pk=papers[0].pk).update(removed_at=timezone.now())
    ReferralDocument.objects.filter(document=papers[1]).delete()
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert "/documents/" not in main_of(client.get(path_of(referral)))


def test_a_paper_that_was_not_checked_is_named_and_not_given(referral: Referral) -> None:
    paper = give(referral, make_document(referral.case, kind="", checked_at=None))
    client = opened(referral)
    page = main_of(client.get(path_of(referral)))
    assert ("It cannot be opened now." in page, "/documents/" in page) == (True, False)
    assert client.get(path_of(referral, f"documents/{paper.pk}/")).status_code == 302
    assert not AccessEvent.objects.filter(kind=AccessKind.DOCUMENT, actor_kind=ActorKind.CLINIC).exists()


# ── Questions ────────────────────────────────────────────────────────────────────────────────


def test_a_question_is_sealed_counts_once_and_stands_in_the_thread(referral: Referral) -> None:
    client = opened(referral)
    token = form_of(client, path_of(referral)).value("form_token")
    asked = {"body": "Canary: is there a CT?", "form_token": token}
    assert {client.post(path_of(referral), asked).status_code for _ in range(2)} == {302}
    message = ReferralMessage.objects.get()
    assert (message.body, message.is_from_clinic) == (asked["body"], True)
    assert "Canary" not in str(rows_of("requests_referralmessage"))
    assert Event.objects.get(kind=EventKind.CLINIC_ASKED).object_id == message.pk
    ReferralMessage.objects.create(case=referral.case, referral=referral, body="Yes, look", written_by=referral.sent_by)
    page = main_of(client.get(path_of(referral)))
    assert page.index(asked["body"]) < page.index("Yes, look")
    assert referral.sent_by.name not in page


@pytest.mark.parametrize(("page", "name"), [("", "body"), ("offer/", "treatment"), ("decline/", "words")])
def test_what_a_clinic_typed_survives_another_language(referral: Referral, page: str, name: str) -> None:
    client = opened(referral)
    response = client.post(path_of(referral, page, "ar"), {name: "half", "from_language": "en"})
    shown = FormPage(response.content.decode())
    assert (response.status_code, shown.value(name), shown.errors) == (200, "half", {})
    assert not ReferralMessage.objects.exists()


def test_an_empty_question_is_said(referral: Referral) -> None:
    response = opened(referral).post(path_of(referral), {"body": " "})
    assert response.status_code == 422
    assert FormPage(response.content.decode()).errors == {"body": "Enter your question."}


# ── The offer ────────────────────────────────────────────────────────────────────────────────


def day_in_boxes(name: str, days: int) -> dict[str, str]:
    day = team_today() + timedelta(days=days)
    return {f"{name}_0": str(day.day), f"{name}_1": formats.day(day, "en").split()[1], f"{name}_2": str(day.year)}


def full_offer(line: AskedLine) -> dict[str, str]:
    key = f"line-{line.pk}"
    return {
        f"{key}-quantity": "2",
        f"{key}-amount_from": "450 000",
        f"{key}-amount_to": "500000,50",
        f"{key}-currency": "RUB",
        f"{key}-included": "Canary stay",
        "added-0-name": "Canary transfer",
        "added-0-quantity": "1",
        "added-0-amount_from": "100",
        "added-0-currency": "USD",
        "treatment": "Canary resection",
        "doctor": "Canary surgeon",
        "stay_from": "10",
        "stay_to": "14",
        "included": "Canary tests",
        "raises": "Canary bleeding",
        **day_in_boxes("earliest_on", 20),
        **day_in_boxes("valid_until", 60),
    }


def test_an_offer_is_checked_sent_and_sealed(referral: Referral) -> None:
    line = ask_for(referral.case)
    client = opened(referral)
    path = path_of(referral, "offer/")
    page = form_of(client, path)
    typed = {"form_token": page.value("form_token"), **full_offer(line)}
    assert set(full_offer(line)) <= set(page.values)
    response = client.post(path, typed)
    text = main_of(response)
    assert (response.status_code, Offer.objects.count()) == (200, 0)
    for words in ("Check your offer", "RUB", "Canary stay", "Canary transfer", "Canary bleeding", "14"):
        assert words in text
    check = FormPage(response.content.decode())
    sent = {name: check.value(name) for name in typed}
    assert sent == typed
    changed = client.post(path, {**sent, "change": "1"})
    assert {name: FormPage(changed.content.decode()).value(name) for name in typed} == typed
    places = {client.post(path, {**sent, "send": "1"})["Location"] for _ in range(2)}
    assert places == {path_of(referral, "answered/")}
    offer = Offer.objects.get()
    today = team_today()
    assert offer.content == OfferContent(
        treatment="Canary resection",
        doctor="Canary surgeon",
        stay_from=10,
        stay_to=14,
        earliest_on=today + timedelta(days=20),
        valid_until=today + timedelta(days=60),
        included="Canary tests",
        raises="Canary bleeding",
        lines=[
            OfferLine(line.pk, "", 2, Decimal(450_000), Decimal("500000.50"), "RUB", "Canary stay"),
            OfferLine(None, "Canary transfer", 1, Decimal(100), None, "USD", ""),
        ],
    )
    assert (offer.referral, offer.clinic, offer.version, offer.language) == (referral, referral.clinic, 1, "en")
    assert "Canary" not in str(rows_of("requests_case_offer"))
    assert Event.objects.get(kind=EventKind.OFFER_CAME).actor_kind == ActorKind.CLINIC
    assert "What happens next" in main_of(client.get(path_of(referral, "answered/")))
    assert "You answered with an offer" in main_of(client.get(path_of(referral)))


def test_the_second_answer_begins_with_the_first_and_takes_its_place(referral: Referral) -> None:
    line = ask_for(referral.case)
    client = opened(referral)
    path = path_of(referral, "offer/")
    first = {"form_token": form_of(client, path).value("form_token"), **full_offer(line), "send": "1"}
    client.post(path, first)
    page = form_of(client, path)
    again = {name: values[0] for name, values in page.values.items() if name and len(values) == 1}
    client.post(path, {**again, "treatment": "Canary: another one", "send": "1"})
    standing = Offer.objects.get(superseded_at=None)
    earlier = Offer.objects.exclude(superseded_at=None).get()
    assert (standing.version, earlier.version) == (2, 1)
    assert (standing.content.treatment, standing.content.lines) == ("Canary: another one", earlier.content.lines)


def test_an_older_form_takes_the_place_of_a_newer_answer_only_on_purpose(referral: Referral) -> None:
    line = ask_for(referral.case)
    client = opened(referral)
    path = path_of(referral, "offer/")
    pages = [form_of(client, path) for _tab in range(2)]
    first, second = (
        {name: page.value(name) for name in ("form_token", "known")} | full_offer(line) | {"send": "1"}
        for page in pages
    )
    client.post(path, first)
    refused = client.post(path, {**second, "doctor": "Canary of the second tab"})
    assert (refused.status_code, Offer.objects.count()) == (409, 1)
    for words in ("A newer answer of your clinic came", "Canary of the second tab", "The answer that stands"):
        assert words in main_of(refused)
    again = FormPage(refused.content.decode())
    on_purpose = {name: values[0] for name, values in again.values.items() if name and len(values) == 1}
    assert client.post(path, {**on_purpose, "send": "1"}).status_code == 302
    assert Offer.objects.get(superseded_at=None).content.doctor == "Canary of the second tab"
    # The first form once more, as a browser posts it that goes back: it neither stands again nor is told again.
    told = OutboxItem.objects.filter(kind="referral.in").count()
    stale = client.post(path, first)
    assert (stale.status_code, Offer.objects.count()) == (409, 2)
    assert OutboxItem.objects.filter(kind="referral.in").count() == told
    assert "Canary surgeon" in main_of(stale)


def test_not_offered_by_us_is_an_answer(referral: Referral) -> None:
    line = ask_for(referral.case)
    client = opened(referral)
    typed = {f"line-{line.pk}-is_not_offered": "on", "treatment": "Canary: only this", "send": "1"}
    response = client.post(path_of(referral, "offer/"), typed)
    assert response.status_code == 302
    assert Offer.objects.get().content.lines == [OfferLine(line.pk, is_offered=False)]


def test_a_line_that_is_no_longer_asked_for_is_not_dropped(referral: Referral) -> None:
    line = ask_for(referral.case)
    client = opened(referral)
    page = form_of(client, path_of(referral, "offer/"))
    AskedLine.objects.update(removed_at=timezone.now())
    typed = {"form_token": page.value("form_token"), **full_offer(line), "send": "1"}
    client.post(path_of(referral, "offer/"), typed)
    assert [row.asked for row in Offer.objects.get().content.lines] == [line.pk, None]
    again = form_of(client, path_of(referral, "offer/"))
    assert again.value(f"line-{line.pk}-amount_from") == "450000"
    assert again.value("added-0-name") == "Canary transfer"


@pytest.mark.parametrize(
    ("typed", "wrong", "sentence"),
    [
        ({}, "treatment", "Enter the price of a line, or which treatment you propose."),
        ({"added-0-amount_from": "5"}, "added-0-name", "Enter what this line is, or empty the line."),
        ({"added-0-name": "x", "added-0-amount_from": "much"}, "added-0-amount_from", "Enter an amount"),
        ({"added-0-name": "x", "added-0-amount_from": "1.2345"}, "added-0-amount_from", "Enter an amount"),
        ({"added-0-name": "x", "added-0-amount_from": "9" * 13}, "added-0-amount_from", "Enter an amount"),
        ({"treatment": "x", "stay_from": "9", "stay_to": "3"}, "stay_to", "Enter days that"),
        ({"treatment": "x", "earliest_on_0": "31"}, "earliest_on", "Enter a day such as"),
        (
            {"treatment": "x", "valid_until_0": "1", "valid_until_1": "may", "valid_until_2": "2020"},
            "valid_until",
            "Enter a day that is not past.",
        ),
    ],
)
def test_what_is_wrong_in_an_offer_is_said_and_nothing_is_lost(
    referral: Referral, typed: dict[str, str], wrong: str, sentence: str
) -> None:
    response = opened(referral).post(path_of(referral, "offer/"), typed)
    page = FormPage(response.content.decode())
    assert response.status_code == 422
    assert (list(page.errors), page.errors[wrong].startswith(sentence)) == ([wrong], True)
    assert [text for _target, text in page.summary] == list(page.errors.values())
    assert {name: page.value(name) for name in typed} == typed
    assert {target for target, _text in page.summary} <= page.ids


def test_more_lines_come_when_the_last_is_filled(referral: Referral) -> None:
    client = opened(referral)
    typed = {f"added-{place}-name": f"Line {place}" for place in range(3)}
    page = FormPage(client.post(path_of(referral, "offer/"), {**typed, "more": "1"}).content.decode())
    assert {name: page.value(name) for name in typed} == typed
    assert ("added-3-name" in page.values, page.errors) == (True, {})


def test_an_offer_that_another_ending_met_is_not_written(referral: Referral) -> None:
    Referral.objects.filter(pk=referral.pk).update(expires_at=timezone.now())
    with pytest.raises(clinic_answers.ReferralOver):
        clinic_answers.offer(
            referral=referral,
            content=OfferContent(treatment="x"),
            language="en",
            known=0,
            read=None,
            form_token="t" * 20,
        )
    assert not Offer.objects.exists()


# ── A no ─────────────────────────────────────────────────────────────────────────────────────


def test_a_clinic_declines_once_and_its_words_are_sealed(referral: Referral) -> None:
    client = opened(referral)
    path = path_of(referral, "decline/")
    typed = {"reason": "no_place", "words": "Canary: in March again"}
    assert client.post(path, typed)["Location"] == path_of(referral, "answered/")
    assert client.post(path, {"reason": "other"}).status_code == 302
    fresh = Referral.objects.get()
    assert (fresh.decline_reason, fresh.decline_words) == ("no_place", "Canary: in March again")
    assert "Canary" not in str(rows_of("requests_referral"))
    assert Event.objects.filter(kind=EventKind.REFERRAL_DECLINED).count() == 1
    assert "You need to do nothing more." in main_of(client.get(path_of(referral, "answered/")))
    assert "You declined on" in main_of(client.get(path_of(referral)))


def test_an_offer_takes_the_place_of_a_no_and_not_the_other_way_round(referral: Referral) -> None:
    client = opened(referral)
    client.post(path_of(referral, "decline/"), {"reason": "no_place", "words": "Canary"})
    client.post(path_of(referral, "offer/"), {"treatment": "Canary: now we can", "send": "1"})
    fresh = Referral.objects.get()
    assert (fresh.declined_at, fresh.decline_reason, fresh.decline_words) == (None, "", "")
    response = client.post(path_of(referral, "decline/"), {"reason": "other", "words": "We cannot any more"})
    assert (response.status_code, "We cannot any more" in main_of(response)) == (409, True)
    assert Referral.objects.get().declined_at is None


def test_a_reason_is_needed(referral: Referral) -> None:
    response = opened(referral).post(path_of(referral, "decline/"), {"words": "Canary"})
    page = FormPage(response.content.decode())
    assert (response.status_code, page.errors) == (422, {"reason": "Select why you decline."})
    assert page.value("words") == "Canary"
