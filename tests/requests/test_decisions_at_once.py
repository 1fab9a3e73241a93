"""A patient accepts while a coordinator issues a new version: the acceptance waits, and sees what was issued."""

import threading
import time

import pytest
from django.db import connection, transaction

from portal.accounts.enums import Role
from requests.enums import Status
from requests.models import AcceptanceCode, Case, Estimate, EstimateDecision
from requests.selectors.estimates import Standing
from requests.services import acceptance_codes, decisions
from requests.services.decision_texts import agreement
from tests.factories import make_condition, make_staff, submit
from tests.requests.test_decisions import issued
from tests.requests.test_move_at_once import somebody_waits


@pytest.mark.postgresql(reason="it looks in the locks of PostgreSQL who waits")
@pytest.mark.django_db(transaction=True)
def test_a_yes_waits_for_a_new_version_and_is_checked_against_it() -> None:
    coordinator = make_staff(Role.COORDINATOR)
    case = submit(condition=make_condition())
    estimate = issued(case, coordinator)
    code = AcceptanceCode.objects.create(case=case, estimate=estimate)
    seen = agreement(Estimate.objects.get(pk=estimate.pk), "en").sha256
    refused: list[Standing] = []

    def accept() -> None:
        living, mine = Case.objects.get(pk=case.pk), Estimate.objects.select_related("case").get(pk=estimate.pk)
        digits = acceptance_codes.in_digits(code)
        try:
            decisions.accept(case=living, estimate=mine, digits=digits, sha256=seen, language="en")
        except decisions.NotOpen as refusal:
            refused.append(refusal.verdict.standing)
        finally:
            connection.close()

    thread = threading.Thread(target=accept)
    with transaction.atomic():
        issued(Case.objects.get(pk=case.pk), coordinator, 9500)
        thread.start()
        while thread.is_alive() and not somebody_waits():
            time.sleep(0.05)
    thread.join()
    case.refresh_from_db()
    assert (refused, case.status) == ([Standing.SUPERSEDED], Status.ESTIMATE_SENT)
    assert not EstimateDecision.objects.exists()
