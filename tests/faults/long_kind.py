"""A kind of long work, made up: each piece is a row of a table of its own.

Workers start with ``celery -A tests.faults.long_kind``, the relay as ``python -m tests.faults.long_kind relay``.
"""

import os
import sys
import time

import django

from portal.celery import app

django.setup()

from django.core.management import execute_from_command_line
from django.db import connection

from portal.core.delivery import long_work, outbox
from portal.core.models import OutboxItem

__all__ = ["app"]

KIND = "test.pieces"
PIECE_SECONDS = 0.25


@long_work.handles(outbox.Kind(KIND), label="Long test")
def work_in_pieces(item: OutboxItem, work: long_work.Work) -> None:
    """Do as many pieces as the row says, one after the other, behind those that are there."""
    total = item.recipient_id or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM test_piece WHERE item = %s", [str(item.pk)])
        [done] = cursor.fetchone()
        while done < total:
            time.sleep(PIECE_SECONDS)
            values = [str(item.pk), done, os.getpid(), time.time()]
            cursor.execute("INSERT INTO test_piece VALUES (%s, %s, %s, %s)", values)
            done += 1
            work.progress(done, total)


if __name__ == "__main__":
    execute_from_command_line(sys.argv)
