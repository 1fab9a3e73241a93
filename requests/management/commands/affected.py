"""List the cases that a breach concerns, by who read what: references, numbers and times alone."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet

from portal.accounts.models import User
from requests.enums import AccessKind
from requests.models import AccessEvent
from requests.selectors import who_saw
from requests.services import leaked_links

PAGE = 500
COLUMNS = ("reference", "reads", "first (UTC)", "last (UTC)", "state")


class Command(BaseCommand):
    help = (
        "Writes a CSV of the cases that were read in a span of time: reference, how often, first and last time, and "
        "whether the case was merged, erased or is no longer there. Moments without a zone are those of the team."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, help="a day or a moment: 2026-11-30, 2026-11-30T18:00")
        parser.add_argument("--until", required=True, help="the same; a day counts as a whole")
        parser.add_argument("--colleague", help="the e-mail address or the number of an account: a lost laptop")
        parser.add_argument("--kind", action="append", choices=AccessKind.values, help="what was read; may be repeated")
        parser.add_argument("--reference", help="one case, with what was merged into it")
        parser.add_argument(
            "--link", help="address, token or id of a link of a patient, a family or a clinic that leaked"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begins, ends = self._moment(options["since"]), self._moment(options["until"], is_end=True)
        if begins >= ends:
            raise CommandError("--until is before --since.")
        reads = AccessEvent.objects.filter(self._wanted(options), at__gte=begins, at__lt=ends)
        writer = csv.writer(self.stdout)
        writer.writerow(COLUMNS)
        number = 0
        for rows in _pages(who_saw.cases(reads)):
            for case in who_saw.affected(rows):
                first, last = (f"{at:%Y-%m-%d %H:%M:%S}" for at in (case.first_at, case.last_at))
                writer.writerow([case.reference, case.reads, first, last, case.state])
                number += 1
        self.stderr.write(f"{number} cases.")

    def _wanted(self, options: dict[str, Any]) -> Q:
        wanted = Q()
        if options["colleague"]:
            wanted &= Q(actor_kind="staff", actor_id=self._colleague(options["colleague"]))
        if options["kind"]:
            wanted &= Q(kind__in=options["kind"])
        if options["reference"]:
            of_case = who_saw.of_case(options["reference"])
            if of_case is None:
                raise CommandError("That is no reference: MR-XXXX-XXXX.")
            wanted &= Q(pk__in=of_case[1].order_by().values("pk"))
        if options["link"]:
            by_link = leaked_links.reads_by(options["link"])
            if by_link is None:
                raise CommandError("There is no such link. One that ended long ago is deleted; name the case instead.")
            wanted &= by_link
        return wanted

    def _colleague(self, typed: str) -> int:
        # The number of somebody whose account is gone is still in the log.
        if typed.isdecimal():
            return int(typed)
        user = User.objects.filter(email__iexact=typed).first()
        if user is None:
            raise CommandError("Nobody has this address. The log knows people by the number of their account.")
        return int(user.pk)

    def _moment(self, typed: str, *, is_end: bool = False) -> datetime:
        try:
            moment = datetime.fromisoformat(typed)
        except ValueError:
            raise CommandError(f"“{typed}” is no day and no moment: 2026-11-30 or 2026-11-30T18:00.") from None
        if moment.time() == time.min and len(typed) == len("2026-11-30") and is_end:
            moment += timedelta(days=1)
        return moment if moment.tzinfo else moment.replace(tzinfo=who_saw.zone())


def _pages(cases: QuerySet[Any, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the cases in lists of ``PAGE``, as they come from the database."""
    rows: list[dict[str, Any]] = []
    for row in cases.iterator(chunk_size=PAGE):
        rows.append(row)
        if len(rows) == PAGE:
            yield rows
            rows = []
    yield rows
