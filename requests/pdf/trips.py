"""The card for the way and the journey as documents to print, in the patient's language and in Russian."""

from dataclasses import dataclass
from types import SimpleNamespace

from django.template.loader import render_to_string
from django.utils.translation import gettext_noop, override

from clinics.enums import FactKind
from portal.core.localisation.emergency import AMBULANCE, ANY_SERVICE
from portal.core.localisation.languages import LANGUAGES
from portal.core.pdf import engine
from requests.models import Case
from requests.pdf.estimates import RUSSIAN, Bilingual, Words
from requests.selectors import people
from requests.selectors.journey import journey, name_on_passport
from requests.selectors.trips import of as trip_of

CARD_LABELS = {
    "address": gettext_noop("Take me to this address"),
    "clinic": gettext_noop("Clinic"),
    "name": gettext_noop("Name, as in the passport"),
    "purpose": gettext_noop("Purpose of the journey"),
    "treatment": gettext_noop("Treatment in a clinic in Russia"),
    "arrives_on": gettext_noop("Arrival in Russia"),
    "home_on": gettext_noop("Home again"),
    "phone": gettext_noop("Phone of the MARUS team"),
    "reference": gettext_noop("Reference"),
    "emergency": gettext_noop("In an emergency"),
}


@dataclass(frozen=True)
class Card:
    """What the card prints. It says nothing of an illness."""

    html_lang: str
    direction: str
    labels: SimpleNamespace
    name: str
    clinic: Words
    address: str
    arrives_on: Words
    home_on: Words
    phones: tuple[str, ...]
    reference: str

    @classmethod
    def of(cls, case: Case, language: str) -> "Card":
        """Return the card of a case; what is not known yet is empty."""
        bilingual, trip = Bilingual(language), trip_of(case)
        with override(language):
            clinic = str(case.clinic or "")
        with override(RUSSIAN):
            clinic_ru, address = str(case.clinic or ""), _address(case)
        return cls(
            html_lang=LANGUAGES[language].html_lang,
            direction=LANGUAGES[language].direction,
            labels=SimpleNamespace(**{name: bilingual.both(text) for name, text in CARD_LABELS.items()}),
            name=name_on_passport(case),
            clinic=Words(clinic_ru, clinic if clinic != clinic_ru else ""),
            address=address,
            arrives_on=bilingual.day(trip.arrives_on) if trip.arrives_on else Words(""),
            home_on=bilingual.day(trip.home_on) if trip.home_on else Words(""),
            # As the page "Your people" shows them; the first two are enough for a card.
            phones=tuple(row.number for row in people.numbers(case)[:2]),
            reference=case.reference,
        )


def _address(case: Case) -> str:
    """Return the address of the clinic of a case in the active language, empty where no source has it."""
    if case.clinic is None:
        return ""
    fact = case.clinic.facts.filter(kind=FactKind.ADDRESS).first()
    return str(fact.value) if fact else ""


def card_document(case: Case, language: str) -> str:
    """Return the card as HTML, the same twice on a page to be cut."""
    emergency = f"{ANY_SERVICE} · {AMBULANCE}"
    context = {"card": Card.of(case, language), "copies": (1, 2), "emergency": emergency}
    with override(language):
        return render_to_string("requests/card_pdf.html", context)


def journey_document(case: Case, language: str) -> str:
    """Return the journey as HTML."""
    with override(language):
        context = {
            "case": case,
            "journey": journey(case, language),
            "html_lang": LANGUAGES[language].html_lang,
            "direction": LANGUAGES[language].direction,
            "language": language,
        }
        return render_to_string("requests/journey_pdf.html", context)


def render_card(html: str) -> bytes:
    """Return the card as a tagged PDF; raises ``ResourceRefused``."""
    return engine("card.css").render(html)


def render_journey(html: str) -> bytes:
    """Return the journey as a tagged PDF; raises ``ResourceRefused``."""
    return engine("journey.css").render(html)
