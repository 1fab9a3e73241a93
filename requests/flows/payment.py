"""How to pay: a flow from the day that an estimate is accepted."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from requests.enums import AnswerKind
from requests.flows.definitions import Flow, FlowChoice, FlowKind, FlowStep
from requests.models import Case
from requests.workflow import ACCEPTED_ON

STEPS = (
    FlowStep(
        "way",
        AnswerKind.ONE,
        _("How would you like to pay?"),
        help=_("Nothing is paid now. We ask so that we can tell you what is possible from your country."),
        choices=(
            FlowChoice("transfer", _("By bank transfer")),
            FlowChoice("cash", _("In cash at the clinic")),
            FlowChoice("card", _("By card")),
        ),
    ),
    FlowStep(
        "payer",
        AnswerKind.ONE,
        _("Who pays?"),
        choices=(
            FlowChoice("patient", _("The patient")),
            FlowChoice("family", _("Family or friends")),
            FlowChoice("company", _("A company")),
            FlowChoice("insurer", _("An insurance company")),
            FlowChoice("fund", _("A fund or a charity")),
            FlowChoice("state", _("The state")),
        ),
    ),
    FlowStep(
        "currency",
        AnswerKind.ONE,
        _("In which currency would you like to pay?"),
        choices=(
            FlowChoice("RUB", _("Russian roubles")),
            FlowChoice("USD", _("US dollars")),
            FlowChoice("EUR", _("Euros")),
            FlowChoice("other", pgettext_lazy("currency", "Another one")),
        ),
    ),
    FlowStep(
        "other-currency",
        AnswerKind.TEXT,
        _("Which currency?"),
        is_short=True,
        is_asked=lambda values: values.get("currency") == "other",
    ),
    FlowStep(
        "invoice",
        AnswerKind.YES_NO,
        _("Do you need an invoice in the name of a company or a fund?"),
    ),
    FlowStep(
        "invoice-to",
        AnswerKind.TEXT,
        _("In whose name, and at which address?"),
        help=_("The full name and the address, as they should stand on the invoice."),
        is_asked=lambda values: values.get("invoice") == "yes",
    ),
)


def build(_case: Case, language: str) -> Flow:
    """Return the questions."""
    return Flow(
        "payment",
        _("How you pay"),
        STEPS,
        intro=(
            _(
                "Your wishes, so that the clinic can write the right invoice. You pay nothing here, and no card number is asked for."
            ),
        ),
        send=_("Send how I pay"),
        language=language,
    )


KIND = FlowKind("payment", build, ACCEPTED_ON)
