"""Difference between two versions of an estimate, as sentences."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.localisation import formats, money
from portal.core.localisation.money import Amount
from requests.models import Estimate, EstimateLine


def differences(old: Estimate, new: Estimate, language: str) -> list[str]:
    """Say in a language what a newer version changes: lines, totals, clinic, day until which it holds, other words."""
    with override(language):
        return [*_of_lines(old, new, language), *_of_totals(old, new, language), *_of_the_rest(old, new, language)]


def _of_lines(old: Estimate, new: Estimate, language: str) -> Iterator[str]:
    before, after = _by_name(old), _by_name(new)
    for key, line in after.items():
        names = {"name": _isolated(line.name), "new": _in_words(line.amount, language)}
        earlier = before.get(key)
        if earlier is None:
            is_new = (
                _("“%(name)s” is new: it takes off %(new)s.") if line.is_discount else _("“%(name)s” is new: %(new)s.")
            )
            yield is_new % names
            continue
        if earlier.quantity != line.quantity:
            numbers = {"after": line.quantity, "before": earlier.quantity}
            yield _("Number of “%(name)s”: %(after)s, before %(before)s.") % (names | numbers)
        of_amount = _of_discount if line.is_discount else _of_amount
        yield from of_amount(earlier.amount, line.amount, language, names)
        if (earlier.included, earlier.excluded) != (line.included, line.excluded):
            yield _("What “%(name)s” includes reads differently now.") % names
    for key, line in before.items():
        if key not in after:
            yield _("“%(name)s” is no longer part of it.") % {"name": _isolated(line.name)}


def _of_amount(old: Amount, new: Amount, language: str, names: dict[str, str]) -> Iterator[str]:
    if old == new:
        return
    names = names | {"old": _in_words(old, language)}
    if _is_comparable(old, new) and _ends(new) > _ends(old):
        yield _("“%(name)s” costs more: %(new)s, before %(old)s.") % names
    elif _is_comparable(old, new) and _ends(new) < _ends(old):
        yield _("“%(name)s” costs less: %(new)s, before %(old)s.") % names
    else:
        yield _("“%(name)s” has another price: %(new)s, before %(old)s.") % names


def _of_discount(old: Amount, new: Amount, language: str, names: dict[str, str]) -> Iterator[str]:
    if old == new:
        return
    names = names | {"old": _in_words(old, language)}
    if _is_comparable(old, new) and _ends(new) > _ends(old):
        yield _("“%(name)s” takes off more: %(new)s, before %(old)s.") % names
    elif _is_comparable(old, new):
        yield _("“%(name)s” takes off less: %(new)s, before %(old)s.") % names
    else:
        yield _("“%(name)s” takes off another amount: %(new)s, before %(old)s.") % names


def _of_totals(old: Estimate, new: Estimate, language: str) -> Iterator[str]:
    if not (old.has_total and new.has_total):
        return
    before = {total.currency: total for total in old.totals()}
    for total in new.totals():
        earlier = before.get(total.currency)
        if earlier is None or earlier == total:
            continue
        names = {"new": _in_words(total, language), "old": _in_words(earlier, language)}
        if _is_comparable(earlier, total) and _ends(total) > _ends(earlier):
            yield _("The total rose: %(new)s, before %(old)s.") % names
        elif _is_comparable(earlier, total) and _ends(total) < _ends(earlier):
            yield _("The total fell: %(new)s, before %(old)s.") % names
        else:
            yield _("The total is another one: %(new)s, before %(old)s.") % names


def _of_the_rest(old: Estimate, new: Estimate, language: str) -> Iterator[str]:
    if new.clinic_name != old.clinic_name and new.clinic_name and old.clinic_name:
        names = {"new": _isolated(new.clinic_name), "old": _isolated(old.clinic_name)}
        yield _("The clinic is %(new)s, before it was %(old)s.") % names
    if (old.included, old.excluded) != (new.included, new.excluded):
        yield _("What is included for all of it reads differently now.")
    if old.how_we_are_paid != new.how_we_are_paid:
        yield _("How we are paid reads differently now.")
    if old.valid_until != new.valid_until:
        days = {"new": _day(new, language), "old": _day(old, language)}
        yield _("It holds until %(new)s, before until %(old)s.") % days


def _by_name(estimate: Estimate) -> dict[tuple[str, str, int], EstimateLine]:
    """Return the lines by their kinds and names; the second of a name stands for itself."""
    lines: dict[tuple[str, str, int], EstimateLine] = {}
    for line in estimate.lines_by_kind():
        name = line.name.casefold().strip()
        number = sum((kind, known) == (line.kind, name) for kind, known, _number in lines)
        lines[line.kind, name, number] = line
    return lines


def _is_comparable(old: Amount, new: Amount) -> bool:
    """Whether both have a price in one currency, and both an upper one or neither; ends that cross are no rise."""
    if old.amount_from is None or new.amount_from is None or old.currency != new.currency:
        return False
    if (old.amount_to is None) != (new.amount_to is None):
        return False
    changes = [after - before for before, after in zip(_ends(old), _ends(new), strict=True)]
    return min(changes) >= 0 or max(changes) <= 0


def _ends(amount: Amount) -> list[Decimal]:
    return [end for end in (amount.amount_from, amount.amount_to) if end is not None]


def _in_words(amount: Amount, language: str) -> str:
    return _isolated(money.in_words(amount, language))


def _day(estimate: Estimate, language: str) -> str:
    return _isolated(formats.day(estimate.valid_until, language))


def _isolated(text: str) -> str:
    """Return a value with its own direction inside a sentence."""
    return f"\u2068{text}\u2069"
