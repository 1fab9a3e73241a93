"""Emergency numbers of Russia. Source: docs/sources.md, "Emergency numbers"."""

from django.utils.translation import gettext as _

from portal.core.text.typography import NO_BREAK_SPACE

ANY_SERVICE = "112"
AMBULANCE = "103"


def numbers() -> str:
    """Say whom to call in Russia, in the active language; the numbers read from left to right."""
    sentence = _("In Russia call %(any_service)s, or %(ambulance)s for an ambulance.")
    # A number never starts a line: what it is good for stands before it.
    return sentence.replace(" %(", f"{NO_BREAK_SPACE}%(") % {
        "any_service": _isolated(ANY_SERVICE),
        "ambulance": _isolated(AMBULANCE),
    }


def _isolated(number: str) -> str:
    return f"\u2066{number}\u2069"
