"""The publish gate: what a language version must have before anybody reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from conditions.models import Condition, Price
from conditions.selectors import drafts
from conditions.selectors.drafts import Content
from conditions.services.citing import uncited
from portal.core.markdown import citations

MIN_SOURCES = 3
# Everything said here is a claim about harm or outcome, so each paragraph and item names its source.
CLAIMS = ("outlook", "untreated")


@dataclass(frozen=True)
class GateLine:
    """One demand of the gate; ``message`` says what is missing, or what is met."""

    code: str
    ok: bool
    message: str


def check(condition: Condition, language: str) -> list[GateLine]:
    """Return every demand on one language version of a condition, met or not."""
    return check_content(drafts.content(condition, language), condition.prices.select_related("procedure"))


def check_content(content: Content, prices: Iterable[Price]) -> list[GateLine]:
    """The same for a page that is already rendered."""
    kinds = {section["kind"] for section in content["after_treatments"]}
    return [
        _line("text", _missing_words(content), "Name and summary are written."),
        _line("author", "" if content["written_by"] else "No author is named.", "An author is named."),
        _line("dates", _missing_dates(content), "The day of writing and the next check are set."),
        _line("sources", _few_sources(content), f"There are at least {MIN_SOURCES} sources."),
        _line("risks", _missing_risks(content), "Every treatment states its risks."),
        _line(
            "untreated",
            "" if "untreated" in kinds else "“If nothing is done” is missing.",
            "“If nothing is done” is there.",
        ),
        _line("uncertainty", "" if "outlook" in kinds else "The outlook is missing.", "The outlook is there."),
        _line("prices", _undated_prices(prices), "Every price has a source, a day and an expiry."),
        _line("citations", _uncited(content), "Every figure and every risk ends in a citation."),
        _line("known_sources", _unknown_sources(content), "Every citation has its source."),
    ]


def is_green(lines: Iterable[GateLine]) -> bool:
    """Whether all demands are met."""
    return all(line.ok for line in lines)


def _line(code: str, fault: str, met: str) -> GateLine:
    return GateLine(code, not fault, fault or met)


def _missing_words(content: Content) -> str:
    missing = [
        name for name in ("name", "summary") if not (content[name]["text"] if name == "summary" else content[name])
    ]
    missing += [f"name of the treatment “{one['slug']}”" for one in content["treatments"] if not one["name"]]
    return f"Not written in this language: {', '.join(missing)}." if missing else ""


def _missing_dates(content: Content) -> str:
    missing = [name for name in ("written_on", "next_review_on") if not content[name]]
    return f"Not set: {', '.join(missing)}." if missing else ""


def _few_sources(content: Content) -> str:
    found = len(content["sources"])
    return f"There are {found} sources; {MIN_SOURCES} are needed." if found < MIN_SOURCES else ""


def _missing_risks(content: Content) -> str:
    missing = [one["name"] or one["slug"] for one in content["treatments"] if not one["risks"]["text"]]
    return f"No risks are stated for: {', '.join(missing)}." if missing else ""


def _undated_prices(prices: Iterable[Price]) -> str:
    undated = [price.procedure.code for price in prices if price.is_stated and not _is_dated(price)]
    return f"No source, day or expiry, or expired when checked: {', '.join(undated)}." if undated else ""


def _is_dated(price: Price) -> bool:
    if not price.source or price.checked_on is None or price.valid_until is None:
        return False
    return price.valid_until >= price.checked_on


def _uncited(content: Content) -> str:
    faults = []
    for place, text in drafts.cited_texts(content):
        is_claim = place in CLAIMS or place.endswith(":risks")
        faults += [f"{place}: “{block[:60]}”" for block in uncited(text, every_block=is_claim)]
    return f"No citation at the end of {'; '.join(faults)}." if faults else ""


def _unknown_sources(content: Content) -> str:
    known = {source["number"] for source in content["sources"]}
    cited = {number for _place, text in drafts.cited_texts(content) for number in citations(text)}
    unknown = sorted(cited - known)
    return f"Cited but not in the list: {', '.join(map(str, unknown))}." if unknown else ""
