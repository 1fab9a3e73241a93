"""The papers of a trip that workers print: the card for the way, and the journey."""

from requests.enums import PrintedKind
from requests.models import PrintedPaper
from requests.pdf import trips
from requests.services import printing

CARD_NAME, JOURNEY_NAME = "MARUS-card", "MARUS-journey"


def _card_html(paper: PrintedPaper) -> str:
    return trips.card_document(paper.case, paper.language)


def _journey_html(paper: PrintedPaper) -> str:
    return trips.journey_document(paper.case, paper.language)


@printing.renders(PrintedKind.CARD, made_from=_card_html)
def card(paper: PrintedPaper) -> bytes:
    """Return the card for the way as a PDF."""
    return trips.render_card(_card_html(paper))


@printing.renders(PrintedKind.JOURNEY, made_from=_journey_html)
def journey(paper: PrintedPaper) -> bytes:
    """Return the journey as a PDF."""
    return trips.render_journey(_journey_html(paper))
