"""No statement of the running portal lasts for ever; migrations take the time that they need."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

SHOW = """
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit"):
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0])
"""


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("import portal.wsgi", ["15s", "5s", "15s", "off"]),
        ("import django; import portal.celery; django.setup()", ["50s", "20s", "50s", "off"]),
    ],
    ids=["web", "worker"],
)
def test_web_processes_are_less_patient_than_workers(entry: str, wanted: list[str]) -> None:
    environment = {**os.environ, "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/postgres"}
    command = [sys.executable, "-c", entry + SHOW]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=settings.BASE_DIR, env=environment)
    assert shown.stdout.split() == wanted


@pytest.mark.django_db(transaction=True)
def test_a_statement_past_its_time_is_stopped_and_one_of_a_migration_is_not() -> None:
    nap = "SELECT pg_sleep(0.3)"
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute(nap)
        call_command("migrate", "core", verbosity=0)
        cursor.execute(nap)
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("0",)


def test_options_of_the_address_stay() -> None:
    program = (
        "import django; django.setup(); from django.conf import settings;"
        "print(settings.DATABASES['default']['OPTIONS']['sslmode'])"
    )
    environment = {**os.environ, "DATABASE_URL": f"{os.environ['DATABASE_URL']}?sslmode=prefer"}
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=settings.BASE_DIR, env=environment)
    assert shown.stdout == "prefer\n"
