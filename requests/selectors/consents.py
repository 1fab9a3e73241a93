"""Reads of consents: whether work may go on, and the ledger of what was agreed to and taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests.enums import NEEDED_PURPOSES, Purpose, StatedBy
from requests.models import Case, Consent
from requests.spoken import STATED_BY, WAYS

NAMES: dict[str, Promise] = {
    Purpose.PROCESSING: gettext_lazy("We use your personal data"),
    Purpose.HEALTH: gettext_lazy("We use what you tell us about health"),
    Purpose.FOLLOW_UP: gettext_lazy("We ask how things go after coming home"),
    Purpose.CLINIC: gettext_lazy("A clinic sees the case"),
}
RELATED = ("case", "text", "clinic", "statement", "heard_by", "withdrawn_by")


class ConsentWithdrawn(Exception):
    """A consent without which no case is worked on was taken back: nothing new is taken in the ``case``."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


def check_standing(case: Case) -> None:
    """Raise ``ConsentWithdrawn`` unless a case may be worked on; the caller has just read or locked its row."""
    if case.consent_withdrawn_at is not None:
        raise ConsentWithdrawn(case)


@dataclass(frozen=True)
class LedgerRow:
    """A consent with the purpose, whose it is, how it was given and how it was taken back, in the active language."""

    consent: Consent
    purpose: Promise
    how: str
    withdrawn_how: str
    # The reference that it was given in, where that is another one.
    earlier: str

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether there is something to take back."""
        return self.consent.withdrawn_at is None


def ledger(case: Case) -> list[LedgerRow]:
    """Return every consent of a case and of those merged into it, by purpose, then in the order of time."""
    rows = Consent.objects.filter(case__in=case.whole()).select_related(*RELATED)
    order = list(NAMES)
    ordered = sorted(rows, key=lambda row: (order.index(row.purpose), row.given_at))
    return [_row(case, consent) for consent in ordered]


def standing(case: Case, purpose: Purpose, clinic: str = "") -> list[Consent]:
    """Return the consents to a purpose, or for the clinic of a slug, that were not taken back."""
    rows = Consent.objects.filter(case__in=case.whole(), purpose=purpose, withdrawn_at=None)
    rows = rows.filter(clinic__slug=clinic) if purpose == Purpose.CLINIC else rows
    return list(rows.select_related(*RELATED).order_by("given_at"))


def withdrawn_purposes(case: Case) -> list[Purpose]:
    """Return the purposes without which no case is worked on, and to which whoever wrote does not agree now."""
    rows = Consent.objects.filter(case__in=case.whole(), statement=None, withdrawn_at=None)
    given = set(rows.values_list("purpose", flat=True))
    return [purpose for purpose in NEEDED_PURPOSES if purpose not in given]


def _row(case: Case, consent: Consent) -> LedgerRow:
    earlier = consent.given_in or ("" if consent.case_id == case.pk else consent.case.reference)
    return LedgerRow(consent, NAMES[consent.purpose], _how(consent), _withdrawn_how(consent), earlier)


def _how(consent: Consent) -> str:
    statement = consent.statement
    heard_by, way = consent.heard_by, consent.way or (statement.way if statement else "")
    stated_by = consent.stated_by or (statement.stated_by if statement else "")
    if heard_by is not None:
        return _spoken(stated_by, way, str(heard_by))
    if statement is not None:
        return _("on the site, by %(stated_by)s") % {"stated_by": _(STATED_BY[StatedBy(statement.stated_by)])}
    if consent.submission_id is not None:
        return _("with the request on the site")
    return "" if consent.given_in else _("on the page of the case")


def _withdrawn_how(consent: Consent) -> str:
    if consent.withdrawn_at is None:
        return ""
    if consent.withdrawn_by is None:
        return _("on the site")
    return _spoken(consent.withdrawal_stated_by, consent.withdrawal_way, str(consent.withdrawn_by))


def _spoken(stated_by: str, way: str, noted_by: str) -> str:
    """Say how something was said to somebody of us; who said it and how may not be known of older rows."""
    words: Iterable[Any] = (stated_by and _(STATED_BY[StatedBy(stated_by)]), way and _(WAYS[way]))
    who = _("noted by %(who)s") % {"who": f"\u2068{noted_by}\u2069"}
    return ", ".join([*filter(None, words), who])
