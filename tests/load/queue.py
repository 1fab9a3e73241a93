"""How long the queue takes with a million cases.

Started as ``python -m tests.load.queue SHARE ROUNDS``, with a migrated and empty PostgreSQL in the environment, it
writes one of so many parts of the cases (of a million: 40,000 open, 5,000 of them waiting, 12 colleagues, three
messages each), looks at every view, every filter and the search in turns, and prints JSON: milliseconds, and how many
statements a page takes. The same seed gives the same cases; of ended ones names and messages are empty.
"""

import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import batched
from typing import Any

import django
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from tests.load.directory import p95
from tests.load.worker import Browser

CASES, OPEN_CASES, WAITING, COLLEAGUES, MESSAGES = 1_000_000, 40_000, 5_000, 12, 3
AT_ONCE = 2_000
COUNTRIES = ("KZ", "AE", "UZ", "EG", "NG", "CN")
SPOKEN = ("ar", "ru", "en", "kk", "uz")
LIST = "/admin/requests/case/"


def fill(share: int, chance: random.Random) -> Any:
    """Write the cases; returns a coordinator."""
    from portal.accounts.enums import Role
    from requests.enums import Direction, Status
    from requests.models import Case, Message, Task, TaskKind
    from requests.services import queue
    from requests.workflow import OPEN
    from tests.factories import make_condition, make_staff

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a million rows in one statement take longer than any page
    now = timezone.now()
    staff = [make_staff(Role.COORDINATOR, email=f"c{number}@example.org") for number in range(COLLEAGUES)]
    conditions = [make_condition(slug=f"illness-{number}", name_en=f"Illness {number}") for number in range(16)]
    kind = TaskKind.objects.create(code="follow-up", name_en="Follow up", for_desk=True, is_shown=False)

    def case(number: int) -> Case:
        created = now - timedelta(minutes=chance.randint(5, 500_000))
        late = number < WAITING // share
        return Case(
            reference=reference(number),
            status=chance.choice(OPEN),
            owner=chance.choice([*staff, None]),
            name=f"Name{number} Family{number}",
            email=f"p{number}@example.org",
            phone=f"+7701{number:07d}",
            for_whom="me",
            channel="whatsapp",
            country=chance.choice(COUNTRIES),
            language="en",
            speak=chance.choice(SPOKEN),
            condition=chance.choice(conditions),
            created_at=created,
            answered_at=created + timedelta(minutes=chance.randint(5, 900)),
            waiting_since=now - timedelta(minutes=chance.randint(5, 3_000)) if late else None,
            answer_by=now + timedelta(minutes=chance.randint(-2_000, 900)) if late else None,
        )

    for numbers in batched(range(OPEN_CASES // share), AT_ONCE, strict=False):
        cases = Case.objects.bulk_create(case(number) for number in numbers)
        Message.objects.bulk_create(
            Message(
                case=one,
                direction=chance.choice(Direction.values),
                body="Words of a message that somebody wrote about papers and days.",
                created_at=one.created_at + timedelta(hours=part),
            )
            for one in cases
            for part in range(MESSAGES)
        )
        due = now + timedelta(days=7)
        dated = [one for one in cases if one.waiting_since is None and chance.random() < 0.98]
        Task.objects.bulk_create(
            Task(case=one, kind=kind, for_desk=True, is_shown=False, due_at=due - timedelta(days=chance.random() * 7.2))
            for one in dated
        )
    with _without_indexes(Case, Message):
        _fill_ended((CASES - OPEN_CASES) // share, Case.objects.all()[0].pk, Status.NO_ANSWER)
    queue.renew_figures()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return staff[0]


@contextmanager
def _without_indexes(*models: type[Model]) -> Iterator[None]:
    """Write rows without the indexes of their tables and the checks of their foreign keys, then make the indexes anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint)",
            [[model._meta.db_table for model in models]],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        yield
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")


def reference(number: int) -> str:
    """Return the reference of a case."""
    from requests.models.cases import ALPHABET

    letters = ""
    number = number * 7_919 + 31**7  # the first letters differ too
    for _ in range(8):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return f"MR-{letters[:4]}-{letters[4:]}"


def _fill_ended(number: int, like: uuid.UUID, status: str) -> None:
    """Write ended cases in the database itself, each like one that is there, without its sealed words."""
    from portal.core.encryption.fields import EncryptedTextField
    from requests.models import Case, Message

    changed = {
        "id": "gen_random_uuid()",
        "reference": "'MZ-' || lpad(to_hex(n), 9, '0')",
        "status": f"'{status}'",
        "email_hash": "md5('e' || n)",
        "phone_hash": "md5('p' || n)",
        "national_phone_hash": "md5('n' || n)",
        "waiting_since": "NULL",
        "answer_by": "NULL",
        "created_at": "now() - n * interval '1 minute'",
        "answered_at": "now() - n * interval '1 minute' + interval '2 hours'",
        "form_token": "NULL",
    }
    columns = list(Case._meta.local_fields)
    values = [
        "''::bytea" if isinstance(field, EncryptedTextField) else changed.get(field.name, f'"like"."{field.column}"')
        for field in columns
    ]
    names = ", ".join(f'"{field.column}"' for field in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO requests_case ({names}) SELECT {', '.join(values)}"
            ' FROM requests_case AS "like", generate_series(1, %s) AS n WHERE "like".id = %s',
            [number, like],
        )
        fields = {str(field.column): "NULL" if field.null else "''" for field in Message._meta.local_fields}
        fields |= {
            "id": "gen_random_uuid()", "case_id": "id", "direction": "'from_patient'", "body": "''::bytea",
            "author_id": "NULL", "form_token": "NULL", "is_urgent": "false", "read_at": "NULL",
            "created_at": "created_at + part * interval '1 hour'",
        }  # fmt: skip
        cursor.execute(
            f"INSERT INTO requests_message ({', '.join(fields)}) SELECT {', '.join(fields.values())}"
            " FROM requests_case, generate_series(1, %s) AS part WHERE status = %s",
            [MESSAGES, status],
        )


def measure(user: Any, share: int, rounds: int, chance: random.Random) -> dict[str, Any]:
    """Look at the pages of the queue in turns; return the milliseconds by kind, and the numbers of statements."""
    from django.core.wsgi import get_wsgi_application

    from requests.models import QueuePreference
    from requests.selectors.desk import hidden
    from requests.selectors.queue import VIEWS
    from tests.accounts.cast import staff_client
    from tests.load.calls import count_statements

    browser = Browser(get_wsgi_application())
    cookie = next(iter(staff_client(user).cookies.values()))
    last = OPEN_CASES // share // 50

    def page(query: str) -> bytes:
        body = browser.request("GET", f"{LIST}?{query}", HTTP_COOKIE=f"{cookie.key}={cookie.value}")
        if browser.status[:3] != "200":
            raise SystemExit(f"{query} answered {browser.status}")
        return body

    def look(query: str) -> float:
        started = time.perf_counter()
        page(query)
        return (time.perf_counter() - started) * 1000

    number = chance.randrange(OPEN_CASES // share)
    pages = {
        "views": ["", *(view.query for view in VIEWS)],
        "pages": ["", "p=2", f"p={last}", "status=all", "status=all&p=1000", "status=ended&p=500"],
        "search": [
            f"q={reference(number)}",
            f"q={reference(number)[3:7]}",
            f"q={hidden(f'p{number}@example.org')}",
            f"q={hidden(f'+7701{number:07d}')}",
        ],
    }
    filters = [{"country": "KZ"}, {"language": "ar"}, {"state": "triage"}, {"source": "web"}, {"owner": str(user.pk)}]
    # The first look of the day at a case is written down: one statement more.
    every = [query for queries in pages.values() for query in queries]
    with_rows = [query for query in every if b"queue-table" in page(query)]
    statements = {count_statements(lambda query=query: look(query)) for query in with_rows}  # type: ignore[misc]
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for kind, queries in pages.items():
            found.setdefault(kind, []).extend(look(query) for query in queries)
        for chosen in filters:
            QueuePreference.objects.update_or_create(user=user, defaults={"filters": chosen})
            found.setdefault("filters", []).append(look(""))
        QueuePreference.objects.update_or_create(user=user, defaults={"filters": {}})
    slowest = {query or "all": look(query) for query in every}
    return {
        "kinds": {kind: [p95(times), sorted(times)[len(times) // 2]] for kind, times in found.items()},
        "statements": sorted(statements),
        "each": slowest,
    }


def main(share: int, rounds: int) -> None:
    """Fill, look and print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    chance = random.Random(7)
    started = time.perf_counter()
    user = fill(share, chance)
    filled = time.perf_counter() - started
    print(json.dumps({**measure(user, share, rounds, chance), "filled": filled}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
