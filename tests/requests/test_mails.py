"""What each mail says, to whom, in which language; and what none of them may say."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils.translation import gettext, override
from pytest_django import Settings

from clinics.models import Clinic
from conditions.models import Condition, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.delivery.mail import message_id
from portal.core.localisation import emergency, formats, languages
from portal.core.models import OutboxItem
from requests.models import Case, SupportPackage
from requests.services import effects
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, past_taking_back, to

pytestmark = pytest.mark.django_db

LANGUAGES = languages.LIVE
ANSWER = "Canary: your scan shows a growth in segment four."
QUESTION = "Canary: does the chemotherapy hurt?"
# Subject and heading of each mail to a patient.
TO_PATIENT = {
    effects.RECEIPT: ("We have your request %(reference)s", "We have your request"),
    effects.ESTIMATE_MAIL: (
        "Your preliminary estimate for %(reference)s is ready",
        "Your preliminary estimate is ready",
    ),
    effects.MESSAGE_OUT: ("We wrote to you about %(reference)s", "There is a message for you"),
    effects.LINK: ("Your new link to %(reference)s", "Here is your new link"),
}
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))


@pytest.fixture(autouse=True)
def _each(settings: Settings) -> None:
    """Mails to the desk go to people here; who else they may go to is in test_notices."""
    settings.NOTICE_MODE = "each"


def everything(coordinator: User, language: str = "en") -> tuple[Case, dict[str, EmailMultiAlternatives]]:
    """Set off every mail of a case and return them by the kind of their outbox row."""
    case = submit(
        language=language,
        condition=Condition.objects.get(slug="liver-metastases"),
        procedures=tuple(Procedure.objects.filter(code="surgery")),
        clinic=Clinic.objects.get(slug="emc"),
        package=SupportPackage.objects.first(),
        best_time="Canary o'clock",
        phone_as_typed="050 123 4567",
    )
    mails = deliver_all()
    patient_of(case).post(f"/en/case/{case.reference}/messages/", {"body": QUESTION})
    answer = {"answer-body": ANSWER}
    staff_client(coordinator).post(f"/admin/requests/case/{case.pk}/answer/", answer)
    past_taking_back()
    Client().post("/en/case/", {"reference": case.reference, "email": EMAIL})
    mails += deliver_all()
    rows = {message_id(item): item.kind for item in OutboxItem.objects.all()}
    assert len(mails) == len(rows) - 1, "one mail for each row, none for the one that prints"
    return case, {rows[one.extra_headers["Message-ID"]]: one for one in mails}


def plain(text: Any) -> str:
    """Return a text without the marks of direction."""
    return str(text).translate(ISOLATES)


def link_in(one: EmailMultiAlternatives) -> str:
    found = re.findall(r"https?://\S+", str(one.body))
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_patients_get_mail_in_their_language(coordinator: User, language: str) -> None:
    case, mails = everything(coordinator, language)
    for kind, (subject, heading) in TO_PATIENT.items():
        one = mails[kind]
        with override(language):
            assert plain(one.subject) == gettext(subject) % {"reference": case.reference}
            for sentence in (
                heading,
                "Do not send medical files by e-mail. They belong on your case page, where we ask for them when we need them.",
                "In an emergency call your local emergency number.",
            ):
                assert (language == "en") == (gettext(sentence) == sentence)
                assert (gettext(sentence) in str(one.body), gettext(sentence) in html(one)) == (True, True)
            assert (emergency.numbers() in str(one.body), emergency.numbers() in html(one)) == (True, True)
        assert (one.to, one.extra_headers["Content-Language"]) == ([EMAIL], language)
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html(one)
        assert f"/{language}/case/" in link_in(one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_in_a_subject_is_isolated(coordinator: User, language: str) -> None:
    coordinator.language = language
    coordinator.save()
    case, mails = everything(coordinator, language)
    subjects = {kind: str(one.subject) for kind, one in mails.items()}
    assert len(subjects) == 6
    assert {kind for kind, subject in subjects.items() if f"\u2068{case.reference}\u2069" not in subject} == set()


def html(one: EmailMultiAlternatives) -> str:
    (part,) = one.alternatives
    assert part.mimetype == "text/html"
    return str(part.content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_says_by_when_in_the_patients_time(coordinator: User, language: str) -> None:
    for chosen, zone in ("", "Asia/Dubai"), ("Asia/Tokyo", "Asia/Tokyo"):
        case = submit(language=language, email=f"{zone[5:]}@example.org", country="AE", time_zone=chosen)
        assert case.answer_by
        (receipt,) = to(case.email, deliver_all())
        when = plain(formats.moment(case.answer_by, language, zone))
        assert (when in plain(receipt.body), when in plain(html(receipt))) == (True, True)
        assert plain(formats.zone_name(zone, language)) in plain(receipt.body)


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("liver-metastases", "A preliminary estimate of the cost is being prepared."),
        ("", "A person writes your cost estimate. You get it on your case page."),
    ],
)
def test_the_receipt_says_who_writes_the_estimate(slug: str, sentence: str) -> None:
    submit(condition=Condition.objects.filter(slug=slug).first())
    receipt = to(EMAIL, deliver_all())[0]
    assert sentence in str(receipt.body)
    assert sentence in html(receipt)


def test_every_link_is_built_from_the_address_of_the_site(coordinator: User, settings: Settings) -> None:
    settings.SITE_URL = "https://care.example"
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    mails = deliver_all()
    assert len(mails) == 3
    for one in mails:
        addresses = set(re.findall(r'https?://[^\s"<>]+', mail_text(one)))
        assert len(addresses) == 1
        assert addresses.pop().startswith("https://care.example/")
    notice = to(coordinator.email, mails)[0]
    assert link_in(notice) == f"https://care.example/admin/requests/case/{case.pk}/change/"


def test_replies_go_to_the_team(coordinator: User, settings: Settings) -> None:
    settings.TEAM_EMAIL = "team@care.example"
    _case, mails = everything(coordinator)
    assert len(mails) == 6
    for one in mails.values():
        parsed = one.message()
        assert (parsed["Reply-To"], parsed["From"]) == ("team@care.example", settings.DEFAULT_FROM_EMAIL)
        assert (parsed["Auto-Submitted"], parsed["Cc"], parsed["Bcc"]) == ("auto-generated", None, None)


def test_a_mail_to_the_desk_holds_a_reference_a_country_a_language_and_a_link(coordinator: User) -> None:
    case, mails = everything(coordinator)
    for kind in (effects.NOTICE, effects.MESSAGE_IN):
        one = mails[kind]
        assert one.to == [coordinator.email]
        for word in (case.reference, "United Arab Emirates", "Arabic"):
            assert (word in plain(one.body), word in plain(html(one))) == (True, True)
        assert link_in(one) == f"http://localhost:8000/admin/requests/case/{case.pk}/change/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_says_who_or_what_it_is_about(coordinator: User, language: str) -> None:
    coordinator.language = language
    coordinator.save()
    case, mails = everything(coordinator, language)
    assert case.condition
    assert case.clinic
    assert case.package
    rows = (case.condition, case.condition.area, case.clinic, case.package, *case.procedures.all())
    names = {str(getattr(row, f"name_{code}")) for row in rows for code in LANGUAGES} - {"", "None"}
    secret = {NAME, *NAME.split(), PHONE, "050 123 4567", MESSAGE, ANSWER, QUESTION, "Canary", "Oncolog", "Онколог"}
    secret |= names | {"liver", "печен", "الكبد", "C78.7", "surgery"}
    for kind, one in mails.items():
        text = mail_text(one).casefold()
        said = {word for word in secret if re.search(rf"(?<!\w){re.escape(word.casefold())}", text)}
        assert (kind, said) == (kind, set())
        assert EMAIL not in mail_text(one)


def test_the_desk_reads_its_own_language() -> None:
    people = {language: make_staff(Role.COORDINATOR, language=language) for language in ("en", "ru")}
    case = submit(language="ar")
    mails = deliver_all()
    subjects = {language: plain(to(person.email, mails)[0].subject) for language, person in people.items()}
    with override("ru"):
        russian = gettext("New request %(reference)s") % {"reference": case.reference}
    assert subjects == {"en": f"New request {case.reference}", "ru": russian}


# ── To whom ──────────────────────────────────────────────────────────────────────────────────


def test_with_nobody_at_the_desk_the_address_of_the_environment_is_told(settings: Settings) -> None:
    make_staff(Role.COORDINATOR, is_active=False)
    make_staff(Role.EDITOR)
    submit()
    assert [one.to for one in deliver_all()] == [["notices@marus.example"], [EMAIL]]
    settings.NOTICE_EMAIL = ""
    submit()
    assert [settings.TEAM_EMAIL] in [one.to for one in deliver_all()]


def test_somebody_who_left_before_the_mail_gives_way_to_the_common_address(coordinator: User) -> None:
    submit()
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert sorted(one.to[0] for one in deliver_all()) == [EMAIL, "notices@marus.example"]


def test_what_a_patient_writes_goes_to_the_owner_alone(coordinator: User) -> None:
    other = make_staff(Role.LEAD)
    case = submit()
    deliver_all()
    client = patient_of(case)
    client.post(f"/en/case/{case.reference}/messages/", {"body": QUESTION})
    assert sorted(one.to[0] for one in deliver_all()) == sorted([coordinator.email, other.email])
    staff_client(other).post(f"/admin/requests/case/{case.pk}/assign/", {"me": "1"})
    client.post(f"/en/case/{case.reference}/messages/", {"body": "And when?"})
    assert [one.to for one in deliver_all()] == [[other.email]]


# ── Once ─────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_sent_twice_is_the_same_mail(coordinator: User) -> None:
    """A sender may die after the mail server took the message; the second copy can be told as one."""
    submit()
    first = deliver_all()
    OutboxItem.objects.update(state="queued")
    second = deliver_all()
    assert len(first) == 2
    assert [mail_text(one) for one in second] == [mail_text(one) for one in first]
    assert [one.extra_headers["Message-ID"] for one in second] == [one.extra_headers["Message-ID"] for one in first]


def test_the_message_id_is_that_of_the_row(coordinator: User, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "MARUS <team@care.example>"
    submit()
    ids = {one.message()["Message-ID"] for one in deliver_all()}
    assert ids == {f"<outbox-{item.pk}@care.example>" for item in OutboxItem.objects.all()}


def test_the_estimate_is_announced_when_its_pdf_is_recorded(coordinator: User) -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    row = OutboxItem.objects.get(kind=effects.ESTIMATE_PDF)
    assert not OutboxItem.objects.filter(kind=effects.ESTIMATE_MAIL).exists()
    outbox.deliver(row.pk)
    assert case.estimates.get().pdf_name
    assert OutboxItem.objects.get(kind=effects.ESTIMATE_MAIL).state == "queued"
    # Printing it once more announces nothing.
    OutboxItem.objects.filter(pk=row.pk).update(state="queued")
    outbox.deliver(row.pk)
    assert OutboxItem.objects.filter(kind=effects.ESTIMATE_MAIL).count() == 1
