"""What a test with real commits changed is put back: rows that came, went or are others, and a column that was made anew."""

import pytest
from django.db import connection, transaction

from conditions.models import Condition
from tests import frozen
from tests.factories import submit
from tests.stored import rows_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql(reason="tables, not files"),
]


def everything() -> dict[str, list[str]]:
    return {table: rows_of(table) for table in frozen._tables()}


def run(sql: str) -> None:
    """Run statements as a test of migrations or of constraints might, without foreign keys row by row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = replica; {sql}")


def test_whatever_changed_is_put_back() -> None:
    frozen.restore()
    loaded = everything()
    changes = (
        submit,
        lambda: Condition.objects.filter(slug="liver-metastases").update(name_ru="Another"),
        lambda: run("DELETE FROM conditions_section WHERE id = (SELECT max(id) FROM conditions_section)"),
        lambda: run("TRUNCATE conditions_condition CASCADE"),
        lambda: run("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM clinics_city;"
                    "TRUNCATE clinics_city CASCADE; INSERT INTO clinics_city SELECT * FROM kept"),
    )  # fmt: skip
    for change in changes:
        change()
        assert everything() != loaded
        frozen.restore()
        assert everything() == loaded


def test_a_column_that_was_made_anew_is_filled_again() -> None:
    frozen.restore()
    loaded = rows_of("clinics_airport")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'clinics_airport'::regclass ORDER BY attnum DESC LIMIT 1"
        )
        name, kind = cursor.fetchone()
        cursor.execute(f'ALTER TABLE clinics_airport DROP COLUMN "{name}", ADD COLUMN "{name}" {kind}')
    assert rows_of("clinics_airport") != loaded
    frozen.restore()
    assert rows_of("clinics_airport") == loaded


def test_a_table_that_was_emptied_before_anything_was_restored_is_filled_again() -> None:
    related = Condition.related.through
    before = related.objects.count()
    frozen._restored.clear()
    related.objects.all().delete()
    frozen.restore()
    assert before
    assert related.objects.count() == before
