"""Compiled queries answer what the ORM would answer, for any arguments and in any thread."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import DateTimeField
from django.test.utils import CaptureQueriesContext

from conditions.models import Price, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.content.translated_columns import CompiledQuery, parameter
from tests.factories import make_staff
from tests.factories.catalogue import make_condition, make_price, make_procedure

pytestmark = pytest.mark.django_db

FIELDS = ("procedure__code", "amount_from", "checked_on", "valid_until")


def prices() -> CompiledQuery:
    return CompiledQuery(Price.objects.filter(condition=parameter("condition")).values(*FIELDS))


def test_the_rows_are_those_of_the_orm() -> None:
    first = make_price(make_condition("first"), "surgery", 100)
    second = make_price(make_condition("second"), "surgery", 2000)
    query = prices()
    for price in (first, second):
        expected = list(Price.objects.filter(condition=price.condition_id).values(*FIELDS))
        assert query.rows(condition=price.condition_id) == expected
    assert query.rows(condition=0) == []


def test_it_takes_one_query_and_sees_what_changed_meanwhile() -> None:
    price = make_price(make_condition(), "surgery", 100)
    query = prices()
    query.rows(condition=price.condition_id)
    Price.objects.filter(pk=price.pk).update(amount_from=1234)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        [row] = query.rows(condition=price.condition_id)
    assert row["amount_from"] == 1234
    assert len(queries) == 1


def test_an_argument_is_never_sql() -> None:
    query = CompiledQuery(Procedure.objects.filter(code=parameter("code")).values("code"))
    make_procedure()
    assert query.rows(code="' OR ''='") == []
    assert query.rows(code="%s") == []


def test_an_argument_with_a_field_is_written_as_its_column_keeps_it() -> None:
    user = make_staff(Role.EDITOR)
    query = CompiledQuery(User.objects.filter(date_joined__gt=parameter("since", DateTimeField())).values("pk"))
    for zone in (ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Bogota")):
        joined = user.date_joined.astimezone(zone)
        assert query.rows(since=joined - timedelta(minutes=1)) == [{"pk": user.pk}]
        assert query.rows(since=joined + timedelta(minutes=1)) == []


def test_an_argument_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError, match="condition"):
        prices().rows()


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_over_its_own_connection() -> None:
    price = make_price(make_condition(), "surgery", 100)
    query = prices()
    expected = query.rows(condition=price.condition_id)

    def ask() -> list[dict[str, object]]:
        try:
            return query.rows(condition=price.condition_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == expected
