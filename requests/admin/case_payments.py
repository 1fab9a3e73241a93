"""The money of a case on its page at the desk, to read: what she owes, what we hold, the newest records."""

from typing import Any

from requests.admin import payment_rows
from requests.models import Case
from requests.selectors import payments

NEWEST = 10


def context(case: Case) -> dict[str, Any]:
    """Return the balances and the newest records; before an estimate is accepted a case without records has none."""
    records = payments.of_case(case)
    balances = payments.balances(records)
    return {
        "shows_money": bool(records) or case.has_accepted,
        "money_owed": [payment_rows.in_words(row.owed, row.currency) for row in balances if row.owed],
        "money_balances": [(row, payment_rows.sums(row)) for row in balances],
        "money_records": [payment_rows.shown(record) for record in reversed(records[-NEWEST:])],
        "money_left_out": max(len(records) - NEWEST, 0),
    }
