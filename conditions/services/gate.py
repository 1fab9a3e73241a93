"""The publish gate: what a language version must have before anybody reads it."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conditions.models import Condition, Price
from conditions.selectors import drafts
from conditions.selectors.drafts import Content
from conditions.services.citing import uncited
from portal.core.localisation import desk_formats
from portal.core.text.markdown import citations

MIN_SOURCES = 3
DATES = {
    "written_on": gettext_lazy("the day it was written"),
    "next_review_on": gettext_lazy("the day of its next check"),
}
# Everything said here is a claim about harm or outcome, so each paragraph and item names its source.
CLAIMS = ("outlook", "untreated")


@dataclass(frozen=True)
class GateLine:
    """One demand of the gate; ``message`` says what to do, or what is met.

    ``by_age``: it may turn red without anybody's doing. A published page then stays online and says
    that it is being reviewed.
    """

    code: str
    ok: bool
    message: str
    by_age: bool = False

    def stored(self) -> dict[str, Any]:
        """Return what an edition keeps of it: no sentence, for that has the language of who published."""
        return {"code": self.code, "ok": self.ok, "by_age": self.by_age}


def check(condition: Condition, language: str) -> list[GateLine]:
    """Return every demand on one language version of a condition, met or not."""
    return check_content(drafts.content(condition, language), list(condition.prices.select_related("procedure")))


def check_content(content: Content, prices: Sequence[Price]) -> list[GateLine]:
    """The same for a page that is already rendered."""
    today = timezone.now().date()
    kinds = {section["kind"] for section in content["after_treatments"]}
    dates = [str(words) for name, words in DATES.items() if not content[name]]
    count = len(content["sources"])
    sources = {"count": count, "needed": MIN_SOURCES}
    too_few = _("Add sources: there are %(count)d, and %(needed)d are needed.") % sources if count < MIN_SOURCES else ""
    risks = [row["name"] or row["slug"] for row in content["treatments"] if not row["risks"]["text"]]
    untreated = "" if "untreated" in kinds else _("Write “If nothing is done”.")
    outlook = "" if "outlook" in kinds else _("Write the outlook, and what nobody can know.")
    undated = [str(price.procedure) for price in prices if price.is_stated and not _is_dated(price)]
    prices_fault = _listed(_("Give a source, a day and a later expiry to: %(names)s."), undated)
    return [
        _line("text", _missing_words(content), _("Name and summary are written.")),
        _line("author", "" if content["written_by"] else _("Name the author."), _("An author is named.")),
        _line("dates", _listed(_("Set: %(names)s."), dates), _("The day of writing and the next check are set.")),
        _line("sources", too_few, _("There are at least %(needed)d sources.") % sources),
        _line("risks", _listed(_("State the risks of: %(names)s."), risks), _("Every treatment states its risks.")),
        _line("untreated", untreated, _("“If nothing is done” is there.")),
        _line("uncertainty", outlook, _("The outlook is there.")),
        _line("prices", prices_fault, _("Every price has a source, a day and an expiry.")),
        _line(
            "documents",
            _unready_needs(content),
            _("Every paper of the checklist has a name, and a reason with its source."),
        ),
        _line("citations", _uncited(content), _("Every figure and every risk ends in a citation.")),
        _line("known_sources", _unknown_sources(content), _("Every citation has its source.")),
        _line("review_due", _overdue(content, today), _("The next check lies ahead."), by_age=True),
        _line("prices_hold", _expired(prices, today), _("No price is past its date."), by_age=True),
    ]


def is_green(lines: Iterable[GateLine]) -> bool:
    """Whether all demands are met."""
    return all(line.ok for line in lines)


def _line(code: str, fault: str, met: str, *, by_age: bool = False) -> GateLine:
    return GateLine(code, not fault, fault or met, by_age)


def _listed(demand: str, missing: Iterable[str]) -> str:
    """Return the sentence about what is missing, or nothing where all is there."""
    names = ", ".join(missing)
    return demand % {"names": names} if names else ""


def _missing_words(content: Content) -> str:
    words = {_("name"): content["name"], _("summary"): content["summary"]["text"]}
    for place, row in enumerate(content["treatments"], 1):
        words[_("name of treatment %(place)d") % {"place": place}] = row["name"]
    return _listed(_("Write in this language: %(names)s."), [name for name, text in words.items() if not text])


def _is_dated(price: Price) -> bool:
    return bool(price.source and price.checked_on and price.valid_until and price.valid_until >= price.checked_on)


def _overdue(content: Content, today: datetime.date) -> str:
    due = content["next_review_on"]
    if not due or due >= today.isoformat():
        return ""
    sentence = _(
        "The check of %(day)s is overdue: read the page and its sources again, then set the day of the next check."
    )
    return sentence % {"day": desk_formats.day(datetime.date.fromisoformat(due))}


def _expired(prices: Iterable[Price], today: datetime.date) -> str:
    expired = [str(price.procedure) for price in prices if price.is_stated and not price.holds_on(today)]
    return _listed(_("Past their date: %(names)s. Ask for the prices again, or take the amounts out."), expired)


def _unready_needs(content: Content) -> str:
    needs = content["document_needs"]
    unready = [
        need["name"] or need["code"] for need in needs if not (need["name"] and citations(need["reason"]["text"]))
    ]
    return _listed(_("Write in this language the name, and the reason with its source, of: %(names)s."), unready)


def _uncited(content: Content) -> str:
    faults = []
    for place, text in drafts.cited_texts(content):
        if place.startswith(drafts.OF_DOCUMENT):
            # A few words with a citation somewhere, which the demand on the checklist asks for.
            continue
        name, is_claim = drafts.place_name(place, content), place in CLAIMS or place.endswith(":risks")
        faults += [f"{name}: “{block[:60]}”" for block in uncited(text, every_block=is_claim)]
    # Blocks hold commas of their own.
    return _("End in a citation: %(places)s.") % {"places": "; ".join(faults)} if faults else ""


def _unknown_sources(content: Content) -> str:
    known = {source["number"] for source in content["sources"]}
    cited = {number for _place, text in drafts.cited_texts(content) for number in citations(text)}
    return _listed(_("Add the sources that are cited: %(names)s."), map(str, sorted(cited - known)))
