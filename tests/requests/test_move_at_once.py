"""Two people who move one case at the same moment: the second move waits and sees what the first one did."""

import threading
import time

import pytest
from django.db import connection, transaction

from portal.accounts.enums import Role
from requests.enums import Status
from requests.models import Case, Event
from requests.services import desk
from tests.factories import make_staff
from tests.requests.states import case_in


def somebody_waits() -> bool:
    """Whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.postgresql(reason="it looks in the locks of PostgreSQL who waits")
@pytest.mark.django_db(transaction=True)
def test_the_second_move_waits_for_the_first_and_is_checked_against_it() -> None:
    first, second = make_staff(Role.COORDINATOR), make_staff(Role.LEAD)
    case = case_in("estimate_sent")
    refused: list[str] = []

    def move() -> None:
        try:
            desk.move(case=Case.objects.get(pk=case.pk), to=Status.ACCEPTED, by=second)
        except desk.MoveRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    thread = threading.Thread(target=move)
    with transaction.atomic():
        desk.move(case=Case.objects.get(pk=case.pk), to=Status.DECLINED_BY_PATIENT, by=first)
        thread.start()
        while thread.is_alive() and not somebody_waits():
            time.sleep(0.05)
    thread.join()
    assert refused == ["A case cannot go from “Declined by patient” to “Accepted”."]
    case.refresh_from_db()
    assert case.status == Status.DECLINED_BY_PATIENT
    assert list(Event.objects.filter(reference=case.reference, kind="moved").values_list("to_status", flat=True)) == [
        Status.DECLINED_BY_PATIENT
    ]
