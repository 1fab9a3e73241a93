"""The words that a patient has before her when she accepts an estimate: what it costs, and what a yes means."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.localisation import formats, money
from requests.models import Estimate, EstimateLine
from requests.pdf.estimates import LABELS, RUSSIAN, kind_label
from requests.selectors.money_rules import Rules


@dataclass(frozen=True)
class Section:
    """A heading and the sentences below it."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """The words to accept, in one language; the same estimate gives the same words every time."""

    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """All of it as plain text: sections with an empty line between them, each line on its own."""
        return "\n\n".join("\n".join((section.heading, *section.lines)) for section in self.sections)

    @property
    def sha256(self) -> str:
        """The hash of the text, 64 hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def sections_of(text: str) -> list[Section]:
    """Return the sections of a text that was recorded."""
    blocks = (block.split("\n") for block in text.split("\n\n"))
    return [Section(heading, tuple(lines)) for heading, *lines in blocks]


def agreement(estimate: Estimate, language: str) -> Agreement:
    """Return what is accepted with an estimate, in a language."""
    with override(language):
        return Agreement(
            (
                _what(estimate, language),
                _costs(estimate, language),
                _could_rise(estimate),
                _means(estimate),
                _means_not(),
            )
        )


def rules_beside(rules: Rules, language: str) -> str:
    """Return the operator's rules about deposit and refund as they stand beside the words, as ``sections_of`` reads them.

    They may change on any day, so they are no part of what is accepted. Empty where nobody has written any.
    """
    with override(language):
        named = ((_("Deposit"), rules.deposit), (_("What is paid back"), rules.refund))
    return "\n\n".join("\n".join((heading, *_lines(words.text))) for heading, words in named if words)


def rules_sha256(text: str) -> str:
    """Return the hash of rules, by which a page says which ones it showed; empty for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _lines(text: str) -> list[str]:
    return [_isolated(line.strip()) for line in text.splitlines() if line.strip()]


def _what(estimate: Estimate, language: str) -> Section:
    names = {"reference": _isolated(estimate.case.reference), "version": estimate.version}
    heading = _("Supplement to the cost estimate for %(reference)s, version %(version)s")
    if not estimate.is_supplement:
        heading = _("Cost estimate for %(reference)s, version %(version)s")
    facts = ((label, _in(language, estimate, f"{label}_name")) for label in ("condition", "clinic"))
    return Section(heading % names, tuple(f"{_(LABELS[label])}: {_isolated(name)}" for label, name in facts if name))


def _costs(estimate: Estimate, language: str) -> Section:
    rows = []
    for line in estimate.lines_by_kind():
        number = f" × {line.quantity}" if line.quantity > 1 else ""
        kind = kind_label(line, estimate.language)
        name = _isolated(_in(language, line, "name")) + (f" ({_(kind)})" if kind else "")
        rows.append(f"{name}{number}: {_isolated(money.in_words(line.charge, language))}")
    if estimate.has_total:
        total = formats.names([_isolated(money.in_words(total, language)) for total in estimate.totals()], language)
        rows.append(f"{_('Total')}: {total or _(LABELS['on_request'])}")
        if estimate.misses_a_price():
            rows.append(_(LABELS["misses_a_price"]))
    until = _isolated(formats.day(estimate.valid_until, language))
    return Section(_(LABELS["costs"]), (*rows, f"{_(LABELS['valid_until'])}: {until}"))


def _could_rise(estimate: Estimate) -> Section:
    on_top = LABELS["on_top_of_package" if estimate.prices_the_package else "on_top"]
    return Section(_("What could raise it"), (_(LABELS["reasons"]), f"{_(LABELS['excluded'])}: {_(on_top)}"))


def _means(estimate: Estimate) -> Section:
    adds = _("You agree that this is added to the estimate that you accepted.")
    goes_on = _("You want this treatment at this price. We go on with the clinic and plan your journey with you.")
    dearer = _("If something has to cost more, we send you a supplement first and ask you again.")
    return Section(_("What your yes means"), (adds if estimate.is_supplement else goes_on, dearer))


def _means_not() -> Section:
    return Section(
        _("What your yes does not mean"),
        (
            _("You pay nothing by it."),
            _("It is no contract with the clinic, and no consent to an operation. You are asked for those later."),
            _("You can still change your mind: write to us."),
        ),
    )


def _in(language: str, row: Estimate | EstimateLine, column: str) -> str:
    """Return a name of an estimate, the Russian one for who reads Russian."""
    russian: str = getattr(row, f"{column}_{RUSSIAN}")
    own: str = getattr(row, column)
    return russian if language == RUSSIAN and russian else own


def _isolated(text: str) -> str:
    """Return a value with its own direction inside a sentence."""
    return f"\u2068{text}\u2069"
