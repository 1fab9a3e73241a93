"""Two people who move one case at the same moment: the second move waits and sees what the first one did."""

import threading
import time

import pytest
from django.db import connection, transaction

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Status
from requests.models import Case, Event
from requests.services import changes, clock, desk
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


@pytest.mark.postgresql(reason="it looks in the locks of PostgreSQL who waits")
@pytest.mark.django_db(transaction=True)
def test_two_who_merge_a_pair_into_each_other_wait_in_one_order() -> None:
    first, second = make_staff(Role.COORDINATOR), make_staff(Role.COORDINATOR)
    pair = sorted((case_in("triage"), case_in("triage")), key=lambda case: case.pk)
    ended: list[str] = []

    def merge(case: Case, into: Case, by: User) -> None:
        # As the page of the desk does: the locks of both before anything is looked at.
        with changes.unchanged(case=case, known=0, by=by, joins=into):
            desk.move(case=case, to=Status.DUPLICATE, by=by, merged_into=into)

    def the_other_way() -> None:
        try:
            merge(pair[1], pair[0], second)
        except changes.ChangedMeanwhile:
            ended.append("changed")
        except desk.MoveRefused as refusal:
            ended.append(str(refusal))
        finally:
            connection.close()

    thread = threading.Thread(target=the_other_way)
    with transaction.atomic():
        # The other one begins between the two locks of this one.
        clock.lock(pair[0])
        thread.start()
        while thread.is_alive() and not somebody_waits():
            time.sleep(0.05)
        merge(pair[0], pair[1], first)
    thread.join()
    assert ended == [f"{pair[0]} was merged itself. Go on in {pair[1]}."]
    assert list(Case.objects.filter(status=Status.DUPLICATE)) == [pair[0]]
