"""A submission is recorded whole: one transaction, one case, everything it sets off."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.accounts.enums import Role
from portal.core.models import OutboxItem
from requests import consents
from requests.enums import NEEDED_PURPOSES, EventKind, Flag
from requests.models import Case, Consent, Event, Submission
from requests.services import effects
from tests.factories import make_condition, make_price, make_procedure, make_staff, submit
from tests.factories.catalogue import yesterday

pytestmark = pytest.mark.django_db


def kinds(case: Case) -> list[str]:
    return sorted(OutboxItem.objects.filter(reference=case.reference).values_list("kind", flat=True))


def events(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).values_list("kind", flat=True))


def test_a_case_holds_what_was_sent() -> None:
    case = Case.objects.get(pk=submit(name="Fatima", email="f@example.org", country="AE").pk)
    assert (case.name, case.email, case.country, case.status) == ("Fatima", "f@example.org", "AE", "new")
    assert case.patient_name == "Fatima"
    assert events(case) == [EventKind.SENT]


def test_for_somebody_else_the_patient_is_not_named_yet() -> None:
    case = Case.objects.get(pk=submit(for_whom="someone_else").pk)
    assert (case.name != "", case.patient_name) == (True, "")


def test_the_submission_keeps_every_word() -> None:
    condition, surgery = make_condition(), make_procedure()
    case = submit(condition=condition, procedures=(surgery,), message="  Two\nlines ", phone_as_typed="050 123 4567")
    content = json.loads(Submission.objects.get(case=case).content)
    assert content["message"] == "  Two\nlines "
    assert content["phone_as_typed"] == "050 123 4567"
    assert (content["condition"], content["procedures"]) == ("test-illness", ["test-operation"])


def test_consents_name_the_words_that_were_shown() -> None:
    case = submit(language="ru")
    rows = set(Consent.objects.filter(case=case).values_list("purpose", "version", "language", "text_hash"))
    texts = [consents.current(purpose, "ru") for purpose in NEEDED_PURPOSES]
    assert rows == {(text.purpose, text.version, "ru", text.sha256) for text in texts}


def test_everybody_at_the_desk_is_told_and_nobody_else(settings: Settings) -> None:
    settings.NOTICE_MODE = "each"
    coordinator, lead = make_staff(Role.COORDINATOR), make_staff(Role.LEAD)
    make_staff(Role.EDITOR)
    make_staff(Role.COORDINATOR, is_active=False)
    case = submit()
    told = OutboxItem.objects.filter(reference=case.reference, kind=effects.NOTICE)
    assert set(told.values_list("recipient_id", flat=True)) == {coordinator.pk, lead.pk}


def test_with_nobody_at_the_desk_the_common_address_is_told() -> None:
    case = submit()
    assert OutboxItem.objects.get(reference=case.reference, kind=effects.NOTICE).recipient_id is None


def test_without_a_condition_there_is_no_estimate() -> None:
    case = submit()
    assert kinds(case) == [effects.NOTICE, effects.RECEIPT]
    assert not case.estimates.exists()


def test_chosen_procedures_are_summed() -> None:
    condition = make_condition()
    chosen = [
        make_price(condition, "test-scan", 380).procedure,
        make_price(condition, "test-operation", 2550).procedure,
    ]
    make_price(condition, "test-course", 1000)
    case = submit(condition=condition, procedures=tuple(chosen))
    estimate = case.estimates.get()
    assert kinds(case) == [effects.ESTIMATE_PDF, effects.NOTICE, effects.RECEIPT]
    assert (estimate.version, estimate.kind, estimate.has_total) == (0, "preliminary", True)
    (total,) = estimate.totals()
    assert (total.amount_from, total.amount_to, total.currency) == (2930, None, "USD")
    assert case.status == "new"


def test_with_nothing_chosen_the_procedures_are_alternatives() -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    make_price(condition, "test-operation", 2550)
    estimate = submit(condition=condition).estimates.get()
    assert (estimate.has_total, estimate.lines.count()) == (False, 2)


def test_a_price_past_its_date_is_no_price() -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380, valid_until=yesterday())
    assert not submit(condition=condition).estimates.exists()


def test_a_chosen_procedure_without_a_price_stays_in_the_list() -> None:
    condition = make_condition()
    priced = make_price(condition, "test-scan", 380).procedure
    estimate = submit(condition=condition, procedures=(priced, make_procedure("test-transplant"))).estimates.get()
    assert [line.amount_from for line in estimate.lines.all()] == [380, None]
    assert estimate.misses_a_price() is True


def test_a_frozen_line_does_not_follow_the_price_list() -> None:
    condition = make_condition()
    price = make_price(condition, "test-scan", 380)
    estimate = submit(condition=condition).estimates.get()
    price.amount_from = 999
    price.save()
    price.procedure.name_en = "Renamed"
    price.procedure.save()
    line = estimate.lines.get()
    assert (line.amount_from, line.name) == (380, "Test-Scan")


def test_the_same_form_again_changes_nothing() -> None:
    first = submit(token="t" * 24)
    rows = OutboxItem.objects.count()
    assert submit(token="t" * 24).pk == first.pk
    assert (Case.objects.count(), Submission.objects.count(), OutboxItem.objects.count()) == (1, 1, rows)


def test_the_same_form_with_other_content_adds_a_submission() -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    first = submit(token="t" * 24, name="Fatma", condition=condition)
    second = submit(token="t" * 24, name="Fatima", condition=condition)
    case = Case.objects.get()
    assert (first.pk, second.pk, case.name) == (case.pk, case.pk, "Fatima")
    assert Submission.objects.filter(case=case).count() == 2
    assert events(case) == [EventKind.SENT, EventKind.SENT_AGAIN]
    assert case.estimates.filter(superseded_at=None).count() == 1
    assert OutboxItem.objects.filter(kind=effects.RECEIPT).count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_posts_give_one_case() -> None:
    make_staff(Role.COORDINATOR)

    def post(_number: int) -> str:
        try:
            return submit(token="t" * 24).reference
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        references = set(pool.map(post, range(20)))
    assert len(references) == 1
    assert (Case.objects.count(), Submission.objects.count()) == (1, 1)
    assert sorted(OutboxItem.objects.values_list("kind", flat=True)) == [effects.NOTICE, effects.RECEIPT]


def test_a_flagged_submission_is_kept_and_its_mails_wait() -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    assert case.is_quarantined is True
    assert Submission.objects.get(case=case).flags == ["honeypot"]
    states = dict(OutboxItem.objects.values_list("kind", "state"))
    assert states == {effects.NOTICE: OutboxItem.State.QUEUED, effects.RECEIPT: OutboxItem.State.HELD}
    assert EventKind.QUARANTINED in events(case)


def test_three_unopened_cases_of_one_address_send_mail() -> None:
    flagged = [submit(email="same@example.org").holds_mails for _ in range(4)]
    assert flagged == [False, False, False, True]


def test_opened_and_old_cases_do_not_count() -> None:
    for _ in range(3):
        submit(email="same@example.org")
    Case.objects.filter(pk=Case.objects.first().pk).update(opened_at=timezone.now())  # type: ignore[union-attr]
    assert submit(email="same@example.org").holds_mails is False
    Case.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert submit(email="same@example.org").holds_mails is False


def test_one_network_sends_as_much_as_the_limit(settings: Settings) -> None:
    settings.REQUEST_LIMIT_NETWORK = 2
    flags = [submit(network="192.0.2.1", email=f"{n}@example.org").submissions.get().flags for n in range(3)]
    assert flags == [[], [], [Flag.NETWORK_RATE]]


def test_a_submission_asks_the_database_a_fixed_number_of_times(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    condition = make_condition()
    chosen = tuple(make_price(condition, f"p{n}", n).procedure for n in range(1, 9))
    for _ in range(5):
        make_staff(Role.COORDINATOR)
    with django_assert_max_num_queries(17):
        submit(condition=condition, procedures=chosen)
