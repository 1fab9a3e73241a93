"""The publish gate: what a language version must have before anybody reads it."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from conditions.models import Condition, Price
from conditions.selectors import drafts
from conditions.selectors.drafts import Content
from conditions.services.citing import uncited
from portal.core.localisation import desk_formats
from portal.core.text.markdown import citations

MIN_SOURCES = 3
DATES = {"written_on": "the day it was written", "next_review_on": "the day of its next check"}
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


def check(condition: Condition, language: str) -> list[GateLine]:
    """Return every demand on one language version of a condition, met or not."""
    return check_content(drafts.content(condition, language), list(condition.prices.select_related("procedure")))


def check_content(content: Content, prices: Sequence[Price]) -> list[GateLine]:
    """The same for a page that is already rendered."""
    today = timezone.now().date()
    kinds = {section["kind"] for section in content["after_treatments"]}
    dates = [words for name, words in DATES.items() if not content[name]]
    count = len(content["sources"])
    too_few = f"Add sources: there are {count}, and {MIN_SOURCES} are needed." if count < MIN_SOURCES else ""
    risks = [row["name"] or row["slug"] for row in content["treatments"] if not row["risks"]["text"]]
    untreated = "" if "untreated" in kinds else "Write “If nothing is done”."
    outlook = "" if "outlook" in kinds else "Write the outlook, and what nobody can know."
    undated = [str(price.procedure) for price in prices if price.is_stated and not _is_dated(price)]
    prices_fault = _listed("Give a source, a day and a later expiry to", undated)
    return [
        _line("text", _missing_words(content), "Name and summary are written."),
        _line("author", "" if content["written_by"] else "Name the author.", "An author is named."),
        _line("dates", _listed("Set", dates), "The day of writing and the next check are set."),
        _line("sources", too_few, f"There are at least {MIN_SOURCES} sources."),
        _line("risks", _listed("State the risks of", risks), "Every treatment states its risks."),
        _line("untreated", untreated, "“If nothing is done” is there."),
        _line("uncertainty", outlook, "The outlook is there."),
        _line("prices", prices_fault, "Every price has a source, a day and an expiry."),
        _line("citations", _uncited(content), "Every figure and every risk ends in a citation."),
        _line("known_sources", _unknown_sources(content), "Every citation has its source."),
        _line("review_due", _overdue(content, today), "The next check lies ahead.", by_age=True),
        _line("prices_hold", _expired(prices, today), "No price is past its date.", by_age=True),
    ]


def is_green(lines: Iterable[GateLine]) -> bool:
    """Whether all demands are met."""
    return all(line.ok for line in lines)


def _line(code: str, fault: str, met: str, *, by_age: bool = False) -> GateLine:
    return GateLine(code, not fault, fault or met, by_age)


def _listed(demand: str, missing: Iterable[str]) -> str:
    """Return the sentence about what is missing, or nothing where all is there."""
    names = ", ".join(missing)
    return f"{demand}: {names}." if names else ""


def _missing_words(content: Content) -> str:
    words = {"name": content["name"], "summary": content["summary"]["text"]}
    words |= {f"name of treatment {place}": row["name"] for place, row in enumerate(content["treatments"], 1)}
    return _listed("Write in this language", [name for name, text in words.items() if not text])


def _is_dated(price: Price) -> bool:
    return bool(price.source and price.checked_on and price.valid_until and price.valid_until >= price.checked_on)


def _overdue(content: Content, today: datetime.date) -> str:
    due = content["next_review_on"]
    if not due or due >= today.isoformat():
        return ""
    return f"The check of {desk_formats.day(datetime.date.fromisoformat(due))} is overdue: read the page and its sources again, then set the day of the next check."


def _expired(prices: Iterable[Price], today: datetime.date) -> str:
    expired = [str(price.procedure) for price in prices if price.is_stated and not price.holds_on(today)]
    sentence = _listed("Past their date", expired)
    return f"{sentence} Ask for the prices again, or take the amounts out." if sentence else ""


def _uncited(content: Content) -> str:
    faults = []
    for place, text in drafts.cited_texts(content):
        name, is_claim = drafts.place_name(place, content), place in CLAIMS or place.endswith(":risks")
        faults += [f"{name}: “{block[:60]}”" for block in uncited(text, every_block=is_claim)]
    # Blocks hold commas of their own.
    return f"End in a citation: {'; '.join(faults)}." if faults else ""


def _unknown_sources(content: Content) -> str:
    known = {source["number"] for source in content["sources"]}
    cited = {number for _place, text in drafts.cited_texts(content) for number in citations(text)}
    return _listed("Add the sources that are cited", map(str, sorted(cited - known)))
