"""Words of the page that builds an estimate: whose price a line has and how old it is, and what one may start from."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from portal.core.localisation import desk_formats, formats, money
from portal.core.worktime import team_today
from requests.enums import LineKind, PriceOrigin
from requests.models import Case
from requests.services.estimate_sources import Choice, Source, SourceLine

WHOSE = {
    PriceOrigin.TYPICAL: pgettext_lazy("desk", "typical price"),
    PriceOrigin.CLINIC: pgettext_lazy("desk", "clinic’s price"),
    PriceOrigin.COORDINATOR: pgettext_lazy("desk", "your own price"),
    PriceOrigin.OFFER: pgettext_lazy("desk", "clinic’s offer"),
    PriceOrigin.OPERATOR: pgettext_lazy("desk", "our own price"),
}


@dataclass(frozen=True)
class PriceNote:
    """Whose price a line has, and what to look at: how old it is, or that the price list says another one now."""

    text: str
    mark: str = ""


def price(source: SourceLine | None) -> PriceNote:
    """Say whose price a row has; a row by hand has the coordinator's."""
    if source is None:
        return PriceNote("")
    line = source.line
    whose = str(WHOSE[PriceOrigin(line.origin)] if line.kind == LineKind.TREATMENT else LineKind(line.kind).label)
    if source.today is not None:
        today = money.in_words(source.today, desk_formats.language())
        return PriceNote(whose, pgettext("desk", "today %(price)s") % {"price": today})
    if line.amount_from is None:
        return PriceNote(pgettext("desk", "no price") if line.kind == LineKind.TREATMENT else whose)
    if line.checked_on is None:
        return PriceNote(whose)
    days = (team_today() - line.checked_on).days
    age = npgettext("desk", "%(days)s day old", "%(days)s days old", days) % {"days": days}
    if source.is_old:
        return PriceNote(whose, age)
    return PriceNote(f"{whose}, {age}" if days > 0 else pgettext("desk", "%(whose)s of today") % {"whose": whose})


def choice(row: Choice) -> str:
    """Say what one may start from: the price list, Offer of Clinic X (12 Mar 2026), Version 1 (1 Mar 2026)."""
    if row.offer is not None:
        day = desk_formats.day(row.offer.said_on or row.offer.created_at.date())
        return pgettext("desk", "Offer of %(clinic)s (%(day)s)") % {"clinic": row.offer.clinic, "day": day}
    if row.estimate is not None:
        names = {"version": row.estimate.version, "day": desk_formats.day(row.estimate.issued_on)}
        return pgettext("desk", "Version %(version)s (%(day)s)") % names
    return pgettext("desk", "Price list")


def warnings(source: Source, case: Case) -> list[str]:
    """Say what is wrong with a source before it is read: replaced, of another clinic, in another language."""
    found = []
    if source.is_superseded:
        found.append(_("The clinic has made a newer offer. Select it above."))
    if source.clinic and case.clinic is None:
        found.append(
            _("These are prices of %(clinic)s. The case names no clinic, so the estimate names none.")
            % {"clinic": source.clinic}
        )
    elif source.clinic:
        names = {"clinic": source.clinic, "named": case.clinic}
        found.append(_("These are prices of %(clinic)s. The case and the estimate name %(named)s.") % names)
    if any(source.said.values()):
        language = formats.language_inside(source.said_in, desk_formats.language())
        found.append(
            _("Words in %(language)s are not printed. They stand beside the fields to translate.")
            % {"language": language}
        )
    return found
