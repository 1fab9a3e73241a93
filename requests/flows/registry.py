"""The tasks that are flows, in the order of the case page."""

from requests.flows import companion, package, passport, payment, questionnaire, travel
from requests.flows.definitions import FlowKind

KINDS: dict[str, FlowKind] = {
    kind.task: kind
    for kind in (questionnaire.KIND, package.KIND, companion.KIND, travel.KIND, passport.KIND, payment.KIND)
}
