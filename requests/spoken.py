"""Words for a yes that was said outside the portal and noted by somebody of the desk."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from portal.accounts.models import User
from portal.core.localisation import formats
from requests.enums import ChoiceWay, ConsentWay, StatedBy

BY_WORD = gettext_noop("Said to us on %(day)s, noted by %(who)s. Who said it: %(stated_by)s. How: %(way)s.")
STATED_BY = {
    StatedBy.PATIENT: gettext_noop("the patient"),
    StatedBy.PARENT: gettext_noop("a parent"),
    StatedBy.GUARDIAN: gettext_noop("the legal guardian"),
}
# By stored value: those of consents and of choices.
WAYS: dict[str, str] = {
    ConsentWay.PHONE: gettext_noop("by phone"),
    ConsentWay.VIDEO: gettext_noop("in a video call"),
    ConsentWay.IN_PERSON: gettext_noop("in person"),
    ConsentWay.PAPER: gettext_noop("on paper, signed"),
    ChoiceWay.MESSAGE: gettext_noop("in a message"),
}


def in_words(*, said_on: date, noted_by: User | None, stated_by: str, way: str, language: str) -> str:
    """Say in a language who said yes, when and how, and who noted it."""
    with override(language):
        return _(BY_WORD) % {
            "day": f"\u2068{formats.day(said_on, language)}\u2069",
            "who": f"\u2068{noted_by or ''}\u2069",
            "stated_by": _(STATED_BY[StatedBy(stated_by)]),
            "way": _(WAYS[way]),
        }
