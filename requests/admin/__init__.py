"""Admin pages of the coordinators' desk, by subject."""

from requests.admin import (
    canned_replies,
    cases,
    deadlines,
    erasures,
    estimates,
    money_rules,
    packages,
    payments,
    people,
    price_takeovers,
    retention,
    reviews,
    tasks,
)

__all__ = [
    "canned_replies",
    "cases",
    "deadlines",
    "erasures",
    "estimates",
    "money_rules",
    "packages",
    "payments",
    "people",
    "price_takeovers",
    "retention",
    "reviews",
    "tasks",
]
