"""A consent taken back in the same second as a coordinator sends, or a clinic opens: afterwards no link lives."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import ActorKind, Purpose
from requests.models import Case, Referral
from requests.selectors import referrals
from requests.selectors.consents import ConsentWithdrawn
from requests.services import consents, documents, referral_access
from requests.services.referrals import ReferralRefused
from tests.requests.test_referrals import agreed, ready, send

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> None:
    def run(deed: Callable[[], object]) -> None:
        try:
            deed()
        except (ReferralRefused, ConsentWithdrawn):
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("purpose", [Purpose.HEALTH, Purpose.CLINIC])
def test_a_brief_that_is_sent_in_the_same_second_opens_nothing(coordinator: User, purpose: Purpose) -> None:
    case = ready()
    contact = agreed(case)
    clinic = contact.clinic if purpose == Purpose.CLINIC else None
    at_once(
        lambda: send(Case.objects.get(pk=case.pk), contact, by=coordinator),
        lambda: consents.withdraw(case=case, purpose=purpose, clinic=clinic, by=ActorKind.PATIENT),
    )
    rows = referrals.with_thread(Referral.objects.filter(case=case))
    assert [referrals.is_live(row) for row in rows if referrals.is_live(row)] == []
    # Of one that is queued, the delivery asks whether the link opens anything.
    assert purpose == Purpose.CLINIC or not OutboxItem.objects.filter(kind="referral.sent", state="queued").exists()


def test_a_link_that_opens_in_the_same_second_opens_nothing_afterwards(coordinator: User) -> None:
    case = ready()
    [referral] = send(case, agreed(case), by=coordinator)
    token = referral_access.token_of(referral)
    at_once(
        lambda: referral_access.referral_of(token),
        lambda: consents.withdraw(case=case, purpose=Purpose.HEALTH, by=ActorKind.PATIENT),
        lambda: consents.withdraw(case=case, purpose=Purpose.PROCESSING, by=ActorKind.PATIENT),
        lambda: documents.begin(case=case, name="scan.pdf"),
    )
    after = referrals.with_thread(Referral.objects.filter(pk=referral.pk)).get()
    assert not referrals.is_live(after)
    with pytest.raises(ConsentWithdrawn):
        documents.begin(case=case, name="late.pdf")
