"""Every template of the site that people see, with how to reach it, and the settings it is seen in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Name and address behind the language; {case} is the reference of an opened case, {link} the id of a family link of it,
# {home} that of a case whose treatment is over, {stop} the token that stops its questions,
# {referral} the token of a referral that is open here, {shut} of one that is not, {ended} of one that is over,
# {opened} the token of that link, whose button was pressed here, {given} that of another, whose button was not.
PAGES = {
    "home": "",
    "conditions": "conditions/",
    "condition": "conditions/liver-metastases/",
    "questions": "conditions/liver-metastases/questions/",
    "documents": "conditions/liver-metastases/documents/",
    "sources": "conditions/liver-metastases/sources/",
    "feedback": "conditions/liver-metastases/feedback/",
    "feedback-sent": "conditions/liver-metastases/feedback/sent/",
    "area": "areas/oncology/",
    "area-empty": "areas/dentistry/",
    "clinics": "clinics/",
    "clinics-filtered": "clinics/?area=oncology&city=moscow&price_from=10&sort=name",
    "clinics-none": "clinics/?area=dentistry",
    "clinics-wrong": "clinics/?price_from=3000&price_to=two+thousand",
    "how-ordered": "how-this-list-is-ordered/",
    "clinic": "clinics/fyodorov/",
    "doctors": "doctors/",
    "doctor": "doctors/sample-retina/",
    "care-assistants": "care-assistants/",
    "care-assistant": "care-assistants/sample-arabic/",
    "compare": "clinics/compare/?clinic=emc&clinic=blokhin&clinic=medsi&clinic=euroonco",
    "compare-empty": "clinics/compare/",
    "packages": "packages/",
    "request": "requests/new/?condition=liver-metastases&procedure=surgery",
    "request-wrong": "requests/new/#wrong",
    "request-sent": "requests/sent/{case}/",
    "case-list": "case/",
    "case-link-dead": "case/00000000000000000000000000000000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/",
    "case-not-open": "case/MR-WWWW-WWWW/",
    "case": "case/{case}/",
    "messages": "case/{case}/messages/",
    "task": "case/{case}/tasks/papers/",
    "patient-task": "case/{case}/tasks/patient/",
    "patient-link-dead": "case/patient/00000000000000000000000000000000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/",
    "call": "case/{case}/tasks/call/",
    "complaint": "case/{case}/tasks/complaint/",
    "flow": "case/{case}/tasks/companion/",
    "flow-step": "case/{case}/tasks/companion/help/",
    "flow-step-day": "case/{case}/tasks/travel/first-day/",
    "flow-package": "case/{case}/tasks/package/package/",
    "flow-health": "case/{case}/tasks/questionnaire/core-infections/",
    "flow-health-rows": "case/{case}/tasks/questionnaire/core-symptoms/",
    "flow-check": "case/{case}/tasks/companion/check/",
    "case-documents": "case/{case}/documents/",
    "brief": "case/{case}/brief/",
    "offers": "case/{case}/offers/",
    "payments": "case/{case}/payments/",
    "journey": "case/{case}/journey/",
    "people": "case/{case}/people/",
    "case-privacy": "case/{case}/privacy/",
    "case-withdraw-consent": "case/{case}/privacy/consents/health/withdraw/",
    "case-erase": "case/{case}/privacy/erase/",
    "estimate": "case/{case}/estimates/0/",
    "follow-ups": "case/{home}/follow-up/",
    "follow-up": "case/{home}/follow-up/30/",
    "follow-up-alarm": "case/{home}/follow-up/7/",
    "follow-up-stop": "case/follow-up/{stop}/",
    "estimate-accept": "case/{case}/estimates/1/accept/",
    "estimate-decline": "case/{case}/estimates/1/decline/",
    "estimate-issued": "case/{case}/estimates/1/",
    "family-links": "case/{case}/family/",
    "family-link": "case/{case}/family/{link}/",
    "family-button": "case/family/{given}/",
    "family-dead": "case/family/00000000000000000000000000000000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/",
    "family": "case/family/{opened}/",
    "family-estimate": "case/family/{opened}/estimates/0/",
    "referral-code": "referral/{shut}/",
    "referral-over": "referral/{ended}/",
    "referral": "referral/{referral}/",
    "referral-offer": "referral/{referral}/offer/",
    "referral-decline": "referral/{referral}/decline/",
    "search": "search/?q=liver",
    "search-none": "search/?q=xyzzy",
    "search-empty": "search/",
    "page": "how-it-works/",
    "privacy": "privacy/",
    "not-found": "no-such-page/",
}


@dataclass(frozen=True)
class View:
    """One way of looking at a page; width in CSS pixels."""

    language: str
    scheme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.scheme}-{self.width}"


# Every pair of two settings is in here at least once (languages by schemes, languages by sizes, …).
PAIRS = (
    View("en", "light", 390),
    View("en", "dark", 1280),
    View("ar", "light", 1280),
    View("ar", "dark", 390),
    View("ru", "light", 390),
    View("ru", "dark", 1280),
)


def every_page_once() -> list[tuple[str, View]]:
    """Return each page in one view, the views taken in turn; the weightiest pages in all of them."""
    views = cycle(PAIRS)
    once = [(name, next(views)) for name in PAGES]
    weighty = [(name, view) for name in ("home", "condition", "request-wrong", "case") for view in PAIRS]
    return list(dict.fromkeys([*once, *weighty]))


def every_page_in_every_view() -> list[tuple[str, View]]:
    """Return the whole product."""
    views = [
        View(code, scheme, width)
        for code, _name in settings.LANGUAGES
        for scheme in ("light", "dark")
        for width in (390, 1280)
    ]
    return [(name, view) for name in PAGES for view in views]


type Visit = Callable[..., "Page"]
type Tour = Callable[..., Iterator[tuple[str, "Page"]]]
