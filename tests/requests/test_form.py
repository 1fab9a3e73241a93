"""The form of the first request: every wrong answer has its sentence, and nothing that was typed is lost."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from conditions.models import Condition
from portal.core.localisation import formats, languages
from requests.models import Case, Submission
from tests.factories import answers, make_clinic, make_package, make_procedure
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

LANGUAGES = languages.LIVE
FORM = "/en/requests/new/"
TEXTS = ("message", "country", "name", "email", "phone", "best_time")
CHOICES = ("for_whom", "condition", "procedure", "clinic", "package", "speak", "channel", "time_zone")
EVERYTHING = (*TEXTS, *CHOICES, "consent_processing", "consent_health", "form_token", "email_kept", "website")
LONG = "x" * 100_000
# Words that only machines say; the last two begin sentences of Django.
MACHINE = re.compile(r"\b(?:valid|invalid|please|required)\b|^Ensure this|^Enter a number", re.IGNORECASE)

# What is wrong: the answers, the field, its sentence in English, the values in it.
WRONG: list[tuple[dict[str, Any], str, str, dict[str, str]]] = [
    ({"for_whom": ""}, "for_whom", "Select who needs treatment.", {}),
    ({"for_whom": "the dog"}, "for_whom", "Select who needs treatment.", {}),
    ({"condition": "nothing"}, "condition", "Select an illness of the list, or “I do not know”.", {}),
    ({"procedure": ["surgery", "nothing"]}, "procedure", "Select treatments of the list.", {}),
    ({"clinic": "nothing"}, "clinic", "Select a clinic of the list, or “Help me choose”.", {}),
    ({"package": "nothing"}, "package", "Select a package of the list, or “I will decide later”.", {}),
    ({"message": " "}, "message", "Tell us in a few words what this is about, or select an illness.", {}),
    ({"message": "x" * 5001}, "message", "Write at most 5,000 characters. You can tell us more later.", {}),
    ({"country": ""}, "country", "Enter the country you live in.", {}),
    ({"country": "Atlantis"}, "country", "Enter the name of a country, for example “%(example)s”.", {}),
    ({"country": "x" * 101}, "country", "Enter the name of a country, for example “%(example)s”.", {}),
    ({"speak": ""}, "speak", "Select the language we shall speak.", {}),
    ({"speak": "tlh"}, "speak", "Select a language of the list.", {}),
    ({"name": " "}, "name", "Enter your name.", {}),
    ({"name": "x" * 201}, "name", "Enter a name of at most 200 characters.", {}),
    ({"email": ""}, "email", "Enter your e-mail address.", {}),
    ({"email": "fatima@"}, "email", "Enter an e-mail address like name@example.com.", {}),
    (
        {"email": f"{'x' * 60}@{'y.' * 98}example.com"},
        "email",
        "Enter an e-mail address of at most 254 characters.",
        {},
    ),
    (
        {"email": "fatima@gmial.com"},
        "email",
        "Did you mean %(address)s? Change it, or send again to keep what you typed.",
        {"address": "\u2066fatima@gmail.com\u2069"},
    ),
    ({"channel": ""}, "channel", "Select how we shall reach you.", {}),
    ({"channel": "pigeon"}, "channel", "Select how we shall reach you.", {}),
    ({"channel": "phone"}, "phone", "Enter a phone number, or select e-mail.", {}),
    ({"channel": "whatsapp"}, "phone", "Enter a phone number, or select e-mail.", {}),
    ({"channel": "telegram", "phone": " "}, "phone", "Enter a phone number, or select e-mail.", {}),
    (
        {"phone": "12"},
        "phone",
        "Enter a phone number with its country code, like %(example)s.",
        {"example": "\u2066+971 50 123 4567\u2069"},
    ),
    ({"phone": "1" * 41}, "phone", "Enter a phone number of at most 40 characters.", {}),
    ({"best_time": "x" * 201}, "best_time", "Describe the time in at most 200 characters.", {}),
    ({"time_zone": "Moon/Base"}, "time_zone", "Select a time zone of the list.", {}),
    (
        {"consent_processing": ""},
        "consent_processing",
        "Tick the box to let us use your personal data. Without it we cannot answer.",
        {},
    ),
    (
        {"consent_health": ""},
        "consent_health",
        "Tick the box to let us use what you tell about health. Without it we cannot answer.",
        {},
    ),
]


@pytest.fixture
def world() -> None:
    make_clinic()
    make_package()
    make_procedure()


def full(**changes: Any) -> dict[str, Any]:
    """Return a whole form, every field filled in."""
    chosen = {
        "procedure": ["surgery", "diagnostics"],
        "clinic": "test-clinic",
        "package": "test-package",
        "phone": "",
        "best_time": 'after "six" & <before> nine',
        "time_zone": "Asia/Dubai",
        "message": "Two growths <b>in</b> the liver.\nWhat now?",
        "name": 'Фатима <i>"O\'Test"</i> & daughter',
    }
    return answers(**{**chosen, **changes})


def post(client: Client, language: str = "en", **changes: Any) -> FormPage:
    """Post a form with something wrong in it and return the page that comes back."""
    response = client.post(f"/{language}/requests/new/", full(**changes))
    assert response.status_code == 422
    return FormPage(response.content.decode())


def sent(client: Client, data: dict[str, Any], language: str = "en") -> Case:
    """Send a form that is right and return its case."""
    response = client.post(f"/{language}/requests/new/", data)
    assert response.status_code == 302, FormPage(response.content.decode()).errors
    return Case.objects.get(reference=response["Location"].rstrip("/").rpartition("/")[2])


# ── Sentences ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "field", "sentence", "values"), WRONG, ids=[f"{next(iter(row[0]))}-{n}" for n, row in enumerate(WRONG)]
)
@pytest.mark.usefixtures("world")
def test_a_wrong_field_has_its_sentence(
    client: Client, changes: dict[str, Any], field: str, sentence: str, values: dict[str, str]
) -> None:
    said = set()
    for language in LANGUAGES:
        page = post(client, language, **changes)
        with override(language):
            expected = gettext(sentence) % ({"example": formats.countries(language)["KZ"]} | values)
        assert page.errors == {field: expected}
        assert [text for _target, text in page.summary] == [expected]
        assert {target for target, _text in page.summary} <= page.ids
        said.add(expected)
    assert len(said) == len(LANGUAGES)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "changes", [row[0] for row in WRONG], ids=[f"{next(iter(row[0]))}-{n}" for n, row in enumerate(WRONG)]
)
@pytest.mark.usefixtures("world")
def test_everything_typed_stays(client: Client, changes: dict[str, Any]) -> None:
    typed = full(**changes)
    page = FormPage(client.post(FORM, typed).content.decode())
    for name, value in typed.items():
        if name == "country" and value == "AE":
            assert page.value(name) == "United Arab Emirates"
        elif name in TEXTS:
            assert page.value(name) == value
        elif name.startswith("consent_"):
            assert (name in page.values) == bool(value)
        elif name not in changes:
            assert sorted(page.values[name]) == sorted([value] if isinstance(value, str) else value)


def test_all_errors_come_at_once_in_the_order_of_the_page(client: Client) -> None:
    for language in LANGUAGES:
        page = FormPage(client.post(f"/{language}/requests/new/", {}).content.decode())
        required = ["for_whom", "message", "country", "speak", "name", "email", "channel"]
        required += ["consent_processing", "consent_health"]
        assert list(page.errors) == required
        assert [target.removeprefix("id_").removesuffix("_0") for target, _text in page.summary] == required
        assert {target for target, _text in page.summary} <= page.ids


def test_a_wrong_answer_keeps_the_token_of_its_form(client: Client) -> None:
    data = full(name="")
    page = FormPage(client.post(FORM, data).content.decode())
    assert page.value("form_token") == data["form_token"]


def test_an_address_that_looks_mistyped_is_asked_about_once(client: Client) -> None:
    data = answers(email="fatima@gmial.com")
    page = FormPage(client.post(FORM, data).content.decode())
    assert page.value("email_kept") == "fatima@gmial.com"
    case = sent(client, data | {"email_kept": page.value("email_kept")})
    assert case.email == "fatima@gmial.com"
    other = client.post(FORM, data | {"email": "fatima@gmai.com", "email_kept": page.value("email_kept")})
    assert other.status_code == 422


# ── What people type ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "AE"),
        ("en", "ae"),
        ("en", " united arab emirates "),
        ("ru", "ОАЭ"),
        ("ru", "AE"),
        ("ar", "الإمارات العربية المتحدة"),
        ("ar", "United Arab Emirates"),
    ],
)
def test_a_country_is_stored_as_its_code(client: Client, language: str, typed: str) -> None:
    assert sent(client, answers(country=typed), language).country == "AE"


@pytest.mark.parametrize("channel", ["phone", "whatsapp", "telegram"])
@pytest.mark.parametrize("typed", ["050 123 4567", "+971 50 123-45-67", "00971501234567", "٠٥٠ ١٢٣ ٤٥٦٧"])
def test_a_phone_number_is_stored_in_one_spelling(client: Client, channel: str, typed: str) -> None:
    case = sent(client, answers(channel=channel, phone=typed, country="AE"))
    assert (case.phone, case.channel) == ("+971501234567", channel)
    assert json.loads(Submission.objects.get().content)["phone_as_typed"] == typed


def test_e_mail_alone_needs_no_phone(client: Client) -> None:
    assert sent(client, answers(channel="email", phone="")).phone == ""


def test_a_condition_needs_no_words(client: Client) -> None:
    case = sent(client, answers(condition="liver-metastases", message=""))
    assert case.condition == Condition.objects.get(slug="liver-metastases")


def test_any_zone_of_the_world_is_taken(client: Client) -> None:
    assert sent(client, answers(time_zone="America/Argentina/Ushuaia")).time_zone == "America/Argentina/Ushuaia"


@pytest.mark.usefixtures("world")
def test_everything_chosen_is_in_the_case(client: Client) -> None:
    data = full(condition="liver-metastases", procedure=["surgery", "test-operation"], speak="fa", country="KZ")
    case = sent(client, data, "ru")
    assert (case.language, case.speak, case.country, case.best_time) == ("ru", "fa", "KZ", data["best_time"])
    assert (case.condition.slug, case.clinic.slug, case.package.slug) == (  # type: ignore[union-attr]
        "liver-metastases",
        "test-clinic",
        "test-package",
    )
    assert set(case.procedures.values_list("code", flat=True)) == {"surgery", "test-operation"}
    assert set(case.consents.values_list("purpose", "language")) == {("processing", "ru"), ("health", "ru")}
    assert json.loads(Submission.objects.get().content)["message"] == data["message"]


# ── What the page before passed on ───────────────────────────────────────────────────────────


@pytest.mark.usefixtures("world")
def test_the_query_is_carried_into_the_form(client: Client) -> None:
    query = "condition=liver-metastases&clinic=test-clinic&package=test-package&procedure=surgery&procedure=diagnostics"
    page = FormPage(client.get(f"{FORM}?{query}").content.decode())
    assert (page.value("condition"), page.value("clinic"), page.value("package")) == (
        "liver-metastases",
        "test-clinic",
        "test-package",
    )
    assert sorted(page.values["procedure"]) == ["diagnostics", "surgery"]


@pytest.mark.parametrize(
    "query",
    [
        "condition=nothing&clinic=nothing&package=nothing&procedure=nothing",
        f"condition={'x' * 3000}&procedure={'x' * 3000}",
        "condition[]=liver-metastases&procedure[0]=surgery",
        "condition=%ff%fe&procedure=%ed%a0%80",
        "condition=%27%3B+DROP+TABLE&procedure=%3Cscript%3E",
        "&".join(f"procedure=x{n}" for n in range(500)),
    ],
)
def test_what_we_do_not_know_in_a_query_is_left_out(client: Client, query: str) -> None:
    response = client.get(f"{FORM}?{query}")
    page = FormPage(response.content.decode())
    chosen = [page.values[name] for name in ("condition", "clinic", "package")]
    assert (response.status_code, chosen, "procedure" in page.values) == (200, [[""]] * 3, False)


def test_an_unpublished_clinic_cannot_be_chosen(client: Client) -> None:
    make_clinic(is_published=False)
    assert FormPage(client.get(f"{FORM}?clinic=test-clinic").content.decode()).value("clinic") == ""
    assert "clinic" in post(client, clinic="test-clinic", package="").errors


# ── Garbage ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", TEXTS)
def test_nul_characters_are_dropped(client: Client, name: str) -> None:
    values = {"country": "AE", "email": "f@example.org", "phone": "+971501234567"}
    value = values.get(name, "words")
    case = sent(client, answers() | {name: f"\0{value[:1]}\0{value[1:]}\0"})
    assert "\0" not in Submission.objects.get().content
    kept = json.loads(Submission.objects.get().content)[name]
    assert (kept, case.is_quarantined) == (value, False)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_very_long_value_loses_nothing(client: Client, name: str) -> None:
    """Either it is taken, or a sentence of ours stands at its field and the value is still there."""
    response = client.post(FORM, answers() | {name: LONG})
    if response.status_code == 302:
        assert name in {"form_token", "email_kept", "website", "consent_processing", "consent_health"}
        assert Submission.objects.count() == 1
        return
    page = FormPage(response.content.decode())
    assert (response.status_code, list(page.errors)) == (422, [name])
    assert not MACHINE.search(page.errors[name])
    if name in TEXTS:
        assert page.value(name) == LONG


@pytest.mark.parametrize("name", EVERYTHING)
def test_an_array_where_one_value_belongs(client: Client, name: str) -> None:
    values = ["second", answers()["form_token"]] if name == "form_token" else ["garbage", answers().get(name, "")]
    response = client.post(FORM, answers() | {name: values})
    assert response.status_code == (422 if name == "procedure" else 302)
    brackets = client.post(FORM, answers() | {f"{name}[]": values, f"{name}[0][x]": "1"})
    assert brackets.status_code == 302


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"name=%ff%fe&message=%ed%a0%80&email=\xc3\x28"),
        ("application/x-www-form-urlencoded", "name=Фатима".encode("utf-16")),
        ("application/x-www-form-urlencoded; charset=utf-16", "name=Фатима".encode("utf-16")),
        ("application/x-www-form-urlencoded; charset=nonsense", b"name=x"),
        ("application/json", b'{"name": ["x"]}'),
        ("text/plain", b"name=x"),
        ("multipart/form-data", b"name=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n--x--',
        ),
        ("multipart/form-data; boundary=\xff", b"--x--"),
    ],
)
def test_a_broken_body_is_refused_in_plain_words(content_type: str, body: bytes) -> None:
    client = Client(raise_request_exception=False)
    response = client.generic("POST", FORM, body, content_type=content_type)
    assert response.status_code in {400, 422}
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "rot13", "idna", "unicode_escape", "nonsense"])
def test_a_strange_charset_of_a_part_breaks_nothing(charset: str) -> None:
    values = answers(name="Fatima +2AA- \\ud800", message="x +2AA-")
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in values.items()
    )
    client = Client(raise_request_exception=False)
    content_type = f"multipart/form-data; boundary=x; charset={charset}"
    response = client.generic("POST", FORM, f"{parts}--x--\r\n".encode(), content_type=content_type)
    assert response.status_code in {302, 400, 422}


MARK = "</textarea></option></title>\"'><x-canary onx=1>"
GARBAGE = st.one_of(
    st.text(max_size=60),
    st.text(max_size=30).map(lambda text: text + MARK),
    st.sampled_from(
        ["\0", "\r\n\r\n", "\u202e\u2066", "%s%(x)s{0}", "{{ 7 }}{% x %}", "a@b", "+", "\ud7ff\U0010ffff", LONG]
    ),
)
RIGHT = {name: st.just(value) for name, value in answers().items() if name != "form_token"}
FORMS = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(GARBAGE, st.lists(GARBAGE, max_size=3), *([RIGHT[name]] * 2 if name in RIGHT else []))
        for name in EVERYTHING
    },
)


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(typed=FORMS, language=st.sampled_from(LANGUAGES))
def test_garbage_is_answered_and_stays_text(typed: dict[str, Any], language: str) -> None:
    client = Client()
    response = client.post(f"/{language}/requests/new/", typed)
    assert response.status_code in {302, 422}
    if response.status_code == 302:
        response = client.get(response["Location"])
        assert response.status_code == 200
    page = FormPage(response.content.decode())
    assert ("x-canary" in page.tags, "onx" in page.handlers) == (False, False)
    for name in set(typed) & set(TEXTS) if page.summary else ():
        values = typed[name] if isinstance(typed[name], list) else [typed[name]]
        expected = values[-1].replace("\0", "") if values else ""
        if name != "country" or expected not in formats.countries(language):
            assert page.value(name) == expected


def test_unescaped_text_would_be_seen() -> None:
    page = FormPage(f"<form><textarea name=message>\n{MARK}</textarea></form>")
    assert ("x-canary" in page.tags, "onx" in page.handlers) == (True, True)


# ── All forms ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_for_patients_speaks_like_a_machine(language: str) -> None:
    """Every form of the site that posts, found by walking it, is sent empty and full of garbage."""
    from tests.browser.conftest import address_of, cookies_of, open_cases
    from tests.browser.pages import PAGES

    case = open_cases(language)
    client = Client()
    client.cookies.load(cookies_of(case))
    found: set[str] = set()
    said: set[str] = set()
    for path in PAGES.values():
        address = f"/{language}/{address_of(path, case).partition('#')[0]}"
        html = client.get(address, follow=True).content.decode()
        found |= set(re.findall(r'<form method="post" action="([^"]+)"', html))
        assert len(re.findall(r'<form[^>]+method="post"', html)) == len(
            re.findall(r'<form method="post" action="', html)
        )
    root = f"/{language}/case/{case.reference}/"
    # They take files; tests/requests/test_documents.py sends them what they do not expect.
    of_papers = {address for address in found if address.startswith(f"{root}documents/")}
    assert of_papers
    found -= of_papers
    tasks = {f"{root}tasks/complaint/"}
    for task in case.tasks.filter(kind__code__in=("papers", "patient", "call")).select_related("case", "call"):
        tasks.add((task.call if hasattr(task, "call") else task).get_absolute_url().replace("/en/", f"/{language}/"))
    forms = {"requests/new/", "case/", "conditions/liver-metastases/feedback/"}
    link = f"/{language}/{address_of('case/{case}/family/{link}/', case)}"
    given = f"/{language}/{address_of('case/family/{given}/', case)}"
    at_home = f"/{language}/{address_of('case/{home}/', case)}"
    referral, shut = (f"/{language}/{address_of(path, case)}" for path in ("referral/{referral}/", "referral/{shut}/"))
    stops = {f"{at_home}follow-up/stop/", f"/{language}/{address_of('case/follow-up/{stop}/', case)}"}
    clinics = {f"{root}brief/clinics/{slug}/" for slug in ("fyodorov", "blokhin", "medsi", "emc")}
    buttons = {
        f"{root}close/",
        f"{at_home}close/",
        f"{root}privacy/",
        f"{root}privacy/consents/health/withdraw/",
        *clinics,
        given,
        *stops,
    }  # without a field
    questions = ("companion/help", "travel/first-day", "package/package", "questionnaire/core-infections")
    flows = {f"{root}tasks/{place}/" for place in (*questions, "questionnaire/core-symptoms")}
    decisions = {f"{root}estimates/1/accept/", f"{root}estimates/1/decline/"}
    words = {
        f"{root}messages/",
        f"{root}family/",
        link,
        *tasks,
        *decisions,
        *flows,
        f"{root}brief/",
        f"{root}privacy/erase/",
        f"{at_home}follow-up/",
        f"{at_home}follow-up/30/",
        referral,
        f"{referral}offer/",
        f"{referral}decline/",
        shut,
    }
    assert found == {*words, *buttons, *(f"/{language}/{path}" for path in forms)}
    for address in found - buttons:
        names = FormPage(client.get(address).content.decode()).values.keys() | {"for_whom", "procedure", "channel"}
        for value in ("", " ", "x", "\0", "<", "-1", "@", LONG):
            page = FormPage(
                client.post(address, dict.fromkeys(names - {"form_token", "website"}, value)).content.decode()
            )
            assert list(page.errors.values()) == [text for _target, text in page.summary] or "email" in page.errors
            said |= set(page.errors.values())
    assert len(said) > 20
    assert [one for one in said if MACHINE.search(one)] == []
    if language != "en":
        own = re.compile("[а-яё]" if language == "ru" else "[ء-ي]", re.IGNORECASE)
        assert [one for one in said if not own.search(one)] == []
