"""Whether the portal is ready to open: each check both ways, the page, what administrators confirm, the command."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from clinics.models import CareAssistant, ClinicContact, Doctor
from conditions.models import ExchangeRate
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import Attestation, TeamDay
from portal.core.monitoring import attestations
from portal.core.worktime import team_today
from portal.front.opening import catalogue, facts, mail, operator, people, report, safety, texts
from portal.front.opening.results import State
from requests.models import Deadline, MoneyRules, RetentionRule
from requests.selectors.money_rules import ONLY
from tests.accounts.cast import enrol, staff_client
from tests.factories import make_clinic, make_staff

pytestmark = pytest.mark.django_db
PAGE = "/admin/ready/"
Kind = Attestation.Kind
SMTP = {
    name: {"BACKEND": "portal.core.delivery.smtp.SmtpBackend", "OPTIONS": {"host": "smtp.example.net"}}
    for name in ("default", "alerts")
}


@pytest.fixture
def administrator() -> User:
    return make_staff(Role.ADMINISTRATOR, name="Ada")


@pytest.fixture
def client(administrator: User) -> Client:
    return staff_client(administrator)


def state(check: Any) -> str:
    result = check(facts.read())
    assert bool(result.todo) == (result.state != State.DONE)
    return str(result.state)


def confirm(kind: Kind, check: Any) -> None:
    attestations.record(kind, print_of=check(facts.read()).fingerprint)


# ── Settings ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (operator.name, {"OPERATOR_NAME": "LLC Marus"}, {"OPERATOR_NAME": "MARUS"}),
        (operator.address, {"OPERATOR_ADDRESS": "Moscow"}, {"OPERATOR_ADDRESS": ""}),
        (operator.contact, {"OPERATOR_EMAIL": "a@x.org", "OPERATOR_PHONE": "+7"}, {"OPERATOR_PHONE": ""}),
        (operator.contact, {"OPERATOR_EMAIL": "a@x.org", "OPERATOR_PHONE": "+7"}, {"OPERATOR_EMAIL": "help@marus.example"}),
        (operator.team_email, {"TEAM_EMAIL": "a@x.org", "NOTICE_EMAIL": "b@x.org"}, {"NOTICE_EMAIL": ""}),
        (texts.live_languages, {"LIVE_LANGUAGES": ["en", "ru", "ar"]}, {"LIVE_LANGUAGES": ["en", "ru"]}),
        (texts.live_languages, {}, {"LIVE_LANGUAGES": ["en", "ru", "ar", "fr"]}),
        (mail.server, {"MAILERS": SMTP}, {"MAILERS": {"default": {"BACKEND": "x", "OPTIONS": {"folder": "y"}}}}),
        (safety.for_real, {"EMBEDDED": False}, {"EMBEDDED": True}),
        (safety.https, {"IS_HTTPS": True}, {"IS_HTTPS": False}),
        (safety.second_factor, {}, {"MIDDLEWARE": []}),
        (safety.erasures_file, {"ERASURES_FILE": Path("/elsewhere/list.jsonl")}, {"ERASURES_FILE": settings.VAR_DIR / "x"}),
        (safety.viruses, {"CLAMD": ("clamd", 3310)}, {"CLAMD": None}),
    ],
)  # fmt: skip
def test_settings(settings: Any, check: Any, good: dict[str, Any], bad: dict[str, Any]) -> None:
    for name, value in good.items():
        setattr(settings, name, value)
    assert state(check) == State.DONE
    for name, value in bad.items():
        setattr(settings, name, value)
    assert state(check) == State.MISSING


def test_nobody_knows_whether_a_bucket_is_copied(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state(safety.bucket) == State.DONE
    bucket = {"BACKEND": "portal.core.storage.bucket.BucketStorage"}
    monkeypatch.setattr(safety, "storages", {"private": bucket})
    assert state(safety.bucket) == State.UNKNOWN


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────


def test_the_deadline_of_answers() -> None:
    Deadline.objects.all().delete()
    assert state(operator.deadline) == State.MISSING
    Deadline.objects.create(working_hours=Decimal(8))
    assert state(operator.deadline) == State.DONE


def test_holidays_of_both_years_are_rows_or_confirmed() -> None:
    year = team_today().year
    TeamDay.objects.create(on=date(year, 12, 31))
    assert state(operator.holidays) == State.MISSING
    confirm(Kind.DAYS, operator.holidays)
    assert state(operator.holidays) == State.DONE
    Attestation.objects.all().delete()
    TeamDay.objects.create(on=date(year + 1, 1, 9))
    assert state(operator.holidays) == State.DONE


def test_samples_that_are_public() -> None:
    for model in (CareAssistant, Doctor):
        model._default_manager.update(is_published=False)
    assert state(catalogue.samples) == State.DONE
    CareAssistant.objects.create(slug="sample", name="Sample", is_sample=True, is_published=True)
    assert state(catalogue.samples) == State.MISSING
    CareAssistant.objects.update(is_published=False)
    assert state(catalogue.samples) == State.DONE


def test_rates_are_of_this_month() -> None:
    ExchangeRate.objects.all().delete()
    assert state(catalogue.rates) == State.MISSING
    rate = ExchangeRate.objects.create(
        currency="USD", rubles=Decimal(90), day=team_today() - timedelta(days=32), source="Bank"
    )
    assert state(catalogue.rates) == State.MISSING
    rate.day = team_today()
    rate.save()
    assert state(catalogue.rates) == State.DONE


def test_rules_about_money_are_all_three() -> None:
    MoneyRules.objects.update_or_create(pk=ONLY, defaults={"how_we_are_paid_en": "By invoice.", "deposit_en": "None."})
    assert state(catalogue.money_rules) == State.MISSING
    MoneyRules.objects.filter(pk=ONLY).update(refund_en="All of it.")
    assert state(catalogue.money_rules) == State.DONE


def test_a_contact_who_may_receive_briefs() -> None:
    contact = ClinicContact.objects.create(clinic=make_clinic(), name="Ivan", email="ivan@example.org")
    assert state(catalogue.clinic_contacts) == State.MISSING
    contact.may_receive_briefs = True
    contact.save()
    assert state(catalogue.clinic_contacts) == State.DONE


# ── People ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("check", "roles"),
    [
        (people.leads, [Role.LEAD]),
        (people.coordinators, [Role.COORDINATOR, Role.LEAD]),
        (people.editors, [Role.EDITOR]),
        (people.finance, [Role.FINANCE]),
        (people.reviewers, [Role.REVIEWER, Role.CASE_REVIEWER]),
    ],
)
def test_a_role_is_filled(check: Any, roles: list[Role]) -> None:
    for role in roles:
        assert state(check) == State.MISSING
        holder = make_staff(role)
    assert state(check) == State.DONE
    User.objects.filter(pk=holder.pk).update(is_active=False)
    assert state(check) == State.MISSING


def test_the_sample_coordinator_fills_no_role() -> None:
    make_staff(Role.EDITOR, email=people.SAMPLE)
    assert state(people.editors) == state(people.sample_account) == State.MISSING
    User.objects.update(is_active=False)
    assert state(people.sample_account) == State.DONE


def test_an_administrator_has_a_second_factor(administrator: User) -> None:
    assert state(people.administrators) == State.MISSING
    enrol(administrator)
    assert state(people.administrators) == State.DONE


def test_nobody_is_superuser(administrator: User) -> None:
    assert state(people.superusers) == State.DONE
    User.objects.update(is_superuser=True)
    assert state(people.superusers) == State.MISSING


# ── What commands record ─────────────────────────────────────────────────────────────────────


def test_a_test_alert_counts_for_the_channels_that_it_went_to(settings: Any) -> None:
    assert state(safety.alert_test) == State.MISSING
    settings.ALERT_EMAIL = ["watch@example.org"]
    assert state(safety.alert_test) == State.MISSING
    call_command("send_test_alert", stdout=StringIO())
    assert state(safety.alert_test) == State.DONE
    settings.ALERT_EMAIL = ["other@example.org"]
    assert state(safety.alert_test) == State.MISSING


def test_a_trial_restore_is_recorded_and_grows_old() -> None:
    assert state(safety.restore) == State.MISSING
    call_command("record_restore_test")
    assert state(safety.restore) == State.DONE
    Attestation.objects.update(at=timezone.now() - safety.RESTORE_AGE - timedelta(hours=1))
    assert state(safety.restore) == State.MISSING


def test_a_backup_grows_old_and_a_newer_one_counts() -> None:
    assert state(safety.backup) == State.MISSING
    attestations.record_end(Kind.BACKUP)
    Attestation.objects.update(at=timezone.now() - safety.BACKUP_AGE - timedelta(hours=1))
    assert state(safety.backup) == State.MISSING
    attestations.record_end(Kind.BACKUP)
    assert state(safety.backup) == State.DONE


# ── What somebody confirms, and what takes it back ───────────────────────────────────────────


def test_hours_are_confirmed_until_they_change(settings: Any) -> None:
    assert state(operator.hours) == State.MISSING
    confirm(Kind.HOURS, operator.hours)
    assert state(operator.hours) == State.DONE
    settings.QUIET_HOURS = [22, 9]
    assert state(operator.hours) == State.MISSING


def test_dns_rows_are_confirmed_until_the_server_changes(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "MARUS <care@clinic.example>"
    settings.OPERATOR_EMAIL = "post@clinic.example"
    settings.MAILERS = SMTP
    assert state(mail.dns) == State.MISSING
    assert [(row.name, row.value) for row in mail.dns_rows()] == [
        ("clinic.example", "v=spf1 a:smtp.example.net ~all"),
        ("…._domainkey.clinic.example", ""),
        ("_dmarc.clinic.example", "v=DMARC1; p=none; rua=mailto:post@clinic.example"),
    ]
    confirm(Kind.DNS, mail.dns)
    assert state(mail.dns) == State.DONE
    settings.DEFAULT_FROM_EMAIL = "MARUS <care@other.example>"
    assert state(mail.dns) == State.MISSING


def test_without_a_mail_server_there_are_no_rows_to_copy(settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "x", "OPTIONS": {"folder": "y"}}}
    assert mail.dns_rows() == []
    assert mail.dns(facts.read()).fingerprint == ""


def test_the_privacy_page_is_looked_at_again_when_a_rule_changes() -> None:
    confirm(Kind.PRIVACY, texts.privacy)
    assert state(texts.privacy) == State.DONE
    RetentionRule.objects.filter(kind="closed_cases").update(is_on=True)
    assert state(texts.privacy) == State.MISSING


def test_copies_and_limits_are_confirmed_until_they_change(settings: Any) -> None:
    for kind, check in ((Kind.COPIES, safety.copies), (Kind.LIMITS, safety.limits)):
        assert state(check) == State.MISSING
        confirm(kind, check)
        assert state(check) == State.DONE
    settings.FIELD_KEYS = f"newer:{settings.FIELD_KEYS.partition(':')[2]}"
    settings.REQUEST_LIMIT_EMAIL = 4
    assert state(safety.copies) == state(safety.limits) == State.MISSING


def test_consents_are_read_text_by_text_and_again_when_words_change(client: Client, settings: Any) -> None:
    rows = texts.consent_texts(facts.read())
    first, *others = [row.text.sha256 for row in rows]
    told = {"consents": "1", "lawyer": "Vera Petrova", "done_on": str(team_today())}
    assert client.post(PAGE, {**told, "texts": [first]}).status_code == 302
    assert state(texts.consents_read) == State.MISSING
    assert client.post(PAGE, {**told, "texts": others}).status_code == 302
    assert state(texts.consents_read) == State.DONE
    assert "Vera Petrova" in client.get(PAGE).text
    # The words name the operator.
    settings.OPERATOR_NAME = "Another operator"
    assert state(texts.consents_read) == State.MISSING


# ── The page ─────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_day_or_no_text_is_told_and_nothing_typed_is_lost(client: Client) -> None:
    tomorrow = team_today() + timedelta(days=1)
    response = client.post(PAGE, {"consents": "1", "lawyer": "Vera Petrova", "done_on": str(tomorrow)})
    assert response.status_code == 422
    for words in ("This day is not here yet.", "Tick the texts that were read.", 'value="Vera Petrova"', str(tomorrow)):
        assert words in response.text
    assert not Attestation.objects.exists()


def test_an_administrator_confirms_once_what_stands_there_today(client: Client, administrator: User) -> None:
    seen = operator.hours(facts.read()).fingerprint
    for _click in range(2):
        assert client.post(PAGE, {"kind": "hours", "fingerprint": seen}).status_code == 302
    [row] = Attestation.objects.all()
    assert (row.kind, row.fingerprint, row.actor_id) == ("hours", seen, administrator.pk)


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"kind": "hours", "fingerprint": "0" * 64},
        {"kind": "backup", "fingerprint": ""},
        {"kind": "consent", "fingerprint": "0" * 64},
        {"kind": "nothing", "fingerprint": "0" * 64},
    ],
)
def test_what_has_changed_or_is_not_for_people_to_say_is_not_recorded(client: Client, posted: dict[str, str]) -> None:
    response = client.post(PAGE, posted, follow=True)
    assert "Nothing was recorded" in response.text
    assert not Attestation.objects.exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_others_are_refused(role: Role) -> None:
    client = staff_client(make_staff(role))
    assert client.get(PAGE).status_code == client.post(PAGE).status_code == 403


def test_the_number_of_what_is_missing_stands_where_administrators_begin(client: Client) -> None:
    words = f"Missing: {report.number_missing()}"
    home, page = client.get("/admin/").text, client.get(PAGE).text
    assert words in home
    assert PAGE in home
    assert words in page


def test_the_page_tells_the_state_in_words_and_in_russian(client: Client, administrator: User) -> None:
    assert len(re.findall(r"desk-mark-danger\">missing<", client.get(PAGE).text)) == report.number_missing()
    administrator.language = "ru"
    administrator.save()
    with translation.override("ru"):
        assert str(State.MISSING.label) in client.get(PAGE).text


def test_statements_are_few_and_do_not_grow() -> None:
    make_staff(Role.ADMINISTRATOR)
    with CaptureQueriesContext(connection) as before:
        report.number_missing()
    for role in Role:
        for _number in range(3):
            enrol(make_staff(role))
    for _night in range(5):
        attestations.record_end(Kind.BACKUP)
    with CaptureQueriesContext(connection) as after:
        report.number_missing()
    assert len(after) == len(before)
    assert len(after) <= 12


def test_every_section_that_is_named_is_in_the_handbook() -> None:
    text = (settings.BASE_DIR / "docs" / "operations.md").read_text()
    headings = set(re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE))
    named = {item.section for _title, items in report.GROUPS for item in items}
    assert named - headings == set()


# ── The command ──────────────────────────────────────────────────────────────────────────────


def test_the_command_says_the_same_and_fails_while_something_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    output = StringIO()
    with pytest.raises(CommandError, match=f"Missing: {report.number_missing()}"):
        call_command("ready", stdout=output)
    assert "missing: Virus scanner" in output.getvalue()
    monkeypatch.setattr(
        report, "GROUPS", (("Law", (report.Item("Nobody is a superuser", people.superusers, "People"),)),)
    )
    call_command("ready", stdout=output)
    assert "Nothing is missing." in output.getvalue()
