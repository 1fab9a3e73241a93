"""Differences of offers in words: what one states and another does not, who begins when, stays, sums. No judgement."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.localisation import formats
from portal.core.localisation.money import Amount
from requests.offer_content import OfferContent


class Facts(NamedTuple):
    """What is compared of an offer: ``name`` is that of the clinic, isolated, ``unpriced`` how many lines have no price."""

    name: str
    content: OfferContent
    total: Amount | None
    unpriced: int


def sentences(facts: Sequence[Facts], rows: Sequence[tuple[str, Sequence[Any]]], language: str) -> list[str]:
    """Return the differences in the language that is active; ``rows`` are (name, cells), where None is not stated."""
    if len(facts) < 2:
        return []
    return [
        *_earlier(facts),
        *_longer(facts),
        *_lower(facts, language),
        *_open_ends(facts),
        *_gaps(facts, rows, language),
    ]


def _earlier(facts: Sequence[Facts]) -> Iterator[str]:
    """Say how much earlier the first clinic can begin than each of the others."""
    known = [(row.content.earliest_on, row.name) for row in facts if row.content.earliest_on is not None]
    if len(known) < 2:
        return
    first, name = min(known)
    for day, other in known:
        if (days := (day - first).days) > 0:
            sentence = ngettext(
                "%(clinic)s can begin %(number)s day earlier than %(other)s.",
                "%(clinic)s can begin %(number)s days earlier than %(other)s.",
                days,
            )
            yield sentence % {"clinic": name, "number": days, "other": other}


def _longer(facts: Sequence[Facts]) -> Iterator[str]:
    """Say where one stay is longer than another in any case."""
    for row, other in permutations(facts, 2):
        shortest, longest = row.content.stay_from, other.content.stay_to
        if shortest is not None and longest is not None and shortest > longest:
            days = shortest - longest
            sentence = ngettext(
                "The stay in %(clinic)s is at least %(number)s day longer than in %(other)s.",
                "The stay in %(clinic)s is at least %(number)s days longer than in %(other)s.",
                days,
            )
            yield sentence % {"clinic": row.name, "number": days, "other": other.name}


def _lower(facts: Sequence[Facts], language: str) -> Iterator[str]:
    """Say how far apart two complete sums begin; a sum that leaves lines out is compared with none."""
    complete = [row for row in facts if row.total is not None and not row.unpriced]
    for row, other in permutations(complete, 2):
        lower, higher = row.total, other.total
        if lower is None or higher is None or lower.currency != higher.currency:
            continue
        if lower.amount_from is None or higher.amount_from is None or lower.amount_from >= higher.amount_from:
            continue
        amount = formats.money(higher.amount_from - lower.amount_from, lower.currency, language)
        yield _("The sum of %(clinic)s begins %(amount)s below that of %(other)s.") % {
            "clinic": row.name,
            "amount": f"\u2068{amount}\u2069",
            "other": other.name,
        }


def _open_ends(facts: Sequence[Facts]) -> Iterator[str]:
    """Say whose sum has no upper end, where that of another has one."""
    are_open = [
        any(line.amount_to is None and line.amount_from is not None for line in row.content.lines) for row in facts
    ]
    if all(are_open):
        return
    for row, is_open in zip(facts, are_open, strict=True):
        if is_open:
            yield _("The upper end of the sum of %(clinic)s is not stated.") % {"clinic": row.name}


def _gaps(facts: Sequence[Facts], rows: Sequence[tuple[str, Sequence[Any]]], language: str) -> Iterator[str]:
    """Say for each clinic what another states and it does not."""
    for number, row in enumerate(facts):
        missing = [
            f"\u2068{name}\u2069"
            for name, cells in rows
            if cells[number] is None and any(cell is not None for cell in cells)
        ]
        if missing:
            details = {"clinic": row.name, "names": formats.names(missing, language)}
            yield _("%(clinic)s does not state what another clinic does: %(names)s.") % details
