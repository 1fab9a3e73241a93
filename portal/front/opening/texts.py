"""What patients read and agree to was read by who answers for it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import pgettext

from portal.core.localisation import languages
from portal.core.models import Attestation
from portal.core.monitoring.attestations import fingerprint
from portal.front.opening.attested import attested
from portal.front.opening.results import Facts, Result, done, missing
from portal.front.site import pages
from requests import consents
from requests.enums import Purpose
from requests.models import ConsentText

NEEDED = ("en", "ru", "ar")


@dataclass(frozen=True)
class ReadText:
    """The words of a consent in force, and who read these very words; None while no lawyer did."""

    text: ConsentText
    read: Attestation | None

    @property
    def label(self) -> str:
        """Purpose, version and language."""
        return (
            f"{Purpose(self.text.purpose).label}, {self.text.version}, {languages.LANGUAGES[self.text.language].name}"
        )


def consent_texts(facts: Facts) -> list[ReadText]:
    """Return the words in force in each live language; what has no file is left out."""
    return [
        ReadText(text, facts.of(Attestation.Kind.CONSENT, text.sha256))
        for language in settings.LIVE_LANGUAGES
        for purpose in Purpose
        if (text := _current(purpose, language)) is not None
    ]


def live_languages(facts: Facts) -> Result:
    """The site is there in English, Russian and Arabic, and each live language has the words of all consents."""
    lacking = [code for code in NEEDED if code not in settings.LIVE_LANGUAGES]
    if lacking:
        todo = pgettext("desk", "Add %(languages)s to LIVE_LANGUAGES.")
        return missing(todo % {"languages": ", ".join(lacking)}, ", ".join(settings.LIVE_LANGUAGES))
    wordless = [
        f"{purpose} {language}"
        for language in settings.LIVE_LANGUAGES
        for purpose in Purpose
        if _current(purpose, language) is None
    ]
    if wordless:
        todo = pgettext("desk", "Write the consents that have no file in requests/content/consents: %(texts)s.")
        return missing(todo % {"texts": ", ".join(wordless)})
    return done(", ".join(settings.LIVE_LANGUAGES))


def consents_read(facts: Facts) -> Result:
    """A lawyer read each text of a consent in each language, as it stands today."""
    texts = consent_texts(facts)
    unread = sum(text.read is None for text in texts)
    known = pgettext("desk", "%(read)s of %(all)s read") % {"read": len(texts) - unread, "all": len(texts)}
    if not unread:
        return done(known)
    return missing(
        pgettext("desk", "Have a lawyer read the texts below in each language, and record who read them and when."),
        known,
    )


def privacy(facts: Facts) -> Result:
    """The privacy page in each language, and the days of retention that it tells, were looked at together."""
    words = [(pages.FOLDER / f"privacy.{language}.md").read_text() for language in settings.LIVE_LANGUAGES]
    off = sum(not is_on for _kind, _days, is_on in facts.retention_rules)
    todo = pgettext(
        "desk",
        "Read the privacy page in each language, decide on the rules of retention that are off (those that erase whole cases begin so), then confirm it on the page “Ready to open”.",
    )
    return attested(
        facts,
        Attestation.Kind.PRIVACY,
        fingerprint(*words, *sorted(facts.retention_rules)),
        todo,
        pgettext("desk", "rules that are off: %(number)s of %(all)s")
        % {"number": off, "all": len(facts.retention_rules)},
    )


def _current(purpose: Purpose, language: str) -> ConsentText | None:
    try:
        return consents.current(purpose, language)
    except FileNotFoundError:
        return None
