"""Record of an acceptance as PDF: who said yes to which words, when and how; printed once, for the patient and the desk."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from portal.core.content import markdown_files
from portal.core.localisation import formats
from portal.core.localisation.languages import LANGUAGES
from portal.core.pdf import engine
from requests import spoken
from requests.enums import DecisionKind, PrintedKind
from requests.models import Case, EstimateDecision, PrintedPaper
from requests.pdf.estimates import LABELS, RUSSIAN, Bilingual, Words
from requests.services import printing
from requests.services.decision_texts import agreement, sections_of

TITLE = gettext_noop("Record of an acceptance")
WORDS_SEEN = gettext_noop("The words that were accepted")
RULES_SEEN = gettext_noop("What stood beside these words about money, as information")
IN_RUSSIAN = gettext_noop("The same in Russian, for our team")
ACCEPTED_ON = gettext_noop("Accepted on")
HOW = gettext_noop("How")
SHA256 = gettext_noop("Fingerprint of the words (SHA-256)")
BY_CODE = gettext_noop("With a code that was sent to %(email)s")


def of(case: Case, version: int) -> EstimateDecision | None:
    """Return the acceptance of a version of an estimate of a case."""
    accepted = EstimateDecision.objects.filter(case=case, estimate__version=version, kind=DecisionKind.ACCEPTED)
    return accepted.select_related("case", "estimate").order_by("-created_at").first()


@printing.renders(PrintedKind.ACCEPTANCE)
def render(paper: PrintedPaper) -> bytes:
    """Return the record as a tagged PDF; raises ``ResourceRefused``."""
    return engine("estimate.css").render(document(EstimateDecision.objects.get(pk=paper.object_id)))


def document(decision: EstimateDecision) -> str:
    """Return the record as HTML to print, in the language of the words that were accepted and in Russian."""
    bilingual = Bilingual(decision.language)
    estimate = decision.estimate
    facts = (
        (LABELS["reference"], Words(estimate.case.reference)),
        (LABELS["version"], Words(str(estimate.version))),
        (LABELS["patient"], Words(estimate.patient_name)),
        (ACCEPTED_ON, bilingual.each(lambda language: _moment(decision, language))),
        (HOW, bilingual.each(lambda language: _how(decision, language))),
        (SHA256, Words(decision.text_sha256)),
    )
    context = {
        "html_lang": LANGUAGES[decision.language].html_lang,
        "direction": LANGUAGES[decision.language].direction,
        "title": bilingual.both(TITLE),
        "facts": [(bilingual.both(label), value) for label, value in facts if value],
        "words_title": bilingual.both(WORDS_SEEN),
        "sections": sections_of(decision.text),
        "rules_title": bilingual.both(RULES_SEEN),
        "rules": sections_of(decision.money_rules) if decision.money_rules else (),
        "russian_title": bilingual.in_russian(IN_RUSSIAN) if decision.language != RUSSIAN else "",
        "russian": agreement(estimate, RUSSIAN).sections if decision.language != RUSSIAN else (),
        "issuer": bilingual.both(LABELS["issuer"]),
        "operator": markdown_files.operator(),
        "reference": estimate.case.reference,
    }
    with override(decision.language):
        return render_to_string("requests/acceptance_pdf.html", context)


def _moment(decision: EstimateDecision, language: str) -> str:
    return f"\u2068{formats.moment(decision.created_at, language, *decision.case.both_zones)}\u2069"


def _how(decision: EstimateDecision, language: str) -> str:
    if decision.recorded_by is None or decision.said_on is None:
        with override(language):
            return _(BY_CODE) % {"email": f"\u2066{decision.email}\u2069"}
    return spoken.in_words(
        said_on=decision.said_on,
        noted_by=decision.recorded_by,
        stated_by=decision.stated_by,
        way=decision.way,
        language=language,
    )
