"""Where an estimate stands for its patient: whether it can be accepted or declined, and why not."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from requests.enums import DecisionKind, EstimateKind, Status
from requests.models import Case, Estimate, EstimateDecision
from requests.workflow import ESTIMATES


class Standing(StrEnum):
    """What is true of an estimate now; the first that applies."""

    PRELIMINARY = "preliminary"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    NOT_NOW = "not_now"  # the case is elsewhere on its road: nothing is decided there
    EXPIRED = "expired"
    OPEN = "open"


@dataclass(frozen=True)
class Verdict:
    """Where an estimate stands, with the decision about it, and the newer one that took its place."""

    standing: Standing
    decision: EstimateDecision | None = None
    newer: Estimate | None = None

    @property
    def is_open(self) -> bool:
        """Whether the patient can accept it."""
        return self.standing == Standing.OPEN

    @property
    def can_decline(self) -> bool:
        """Whether the patient can decline it; one that has expired can be declined too."""
        return self.standing in (Standing.OPEN, Standing.EXPIRED)


def verdict(estimate: Estimate, living: Case) -> Verdict:
    """Return where an estimate stands in the case in which its own goes on."""
    if estimate.is_preliminary:
        return Verdict(Standing.PRELIMINARY)
    decision = estimate.decisions.select_related("case", "recorded_by").order_by("created_at").last()
    if decision is not None and decision.is_acceptance:
        return Verdict(Standing.ACCEPTED, decision, newer_than(estimate, living))
    newer = newer_than(estimate, living)
    if newer is not None or estimate.superseded_at is not None:
        return Verdict(Standing.SUPERSEDED, decision, newer)
    may_decide = _may_decide(estimate, living)
    # A no to a whole estimate moved the case away: who finds it here again was sent the same once more.
    if decision is not None and (estimate.is_supplement or not may_decide):
        return Verdict(Standing.DECLINED, decision)
    if not may_decide:
        return Verdict(Standing.NOT_NOW)
    return Verdict(Standing.EXPIRED if estimate.has_expired else Standing.OPEN)


def in_force(living: Case) -> Estimate | None:
    """Return the whole estimate that stands now."""
    finals = Estimate.objects.filter(case__in=living.whole(), kind=EstimateKind.FINAL, superseded_at=None)
    return finals.select_related("case").order_by("-issued_at").first()


def is_accepted(living: Case) -> bool:
    """Whether it is on record that the patient accepts the estimate in force."""
    estimate = in_force(living)
    return estimate is not None and estimate.decisions.filter(kind=DecisionKind.ACCEPTED).exists()


def newer_than(estimate: Estimate, living: Case) -> Estimate | None:
    """Return the whole estimate that stands now, if it was issued after this one."""
    newest = in_force(living)
    return newest if newest is not None and newest.issued_at > estimate.issued_at else None


def before(estimate: Estimate) -> Estimate | None:
    """Return the whole estimate that a later one of the same case replaced, with its lines."""
    if estimate.kind != EstimateKind.FINAL:
        return None
    earlier = estimate.case.estimates.filter(kind=EstimateKind.FINAL, version__lt=estimate.version)
    return earlier.prefetch_related("lines").order_by("-version").first()


def asked_about(text: str, living: Case) -> tuple[Estimate, int | None] | None:
    """Return what ``id`` or ``id.order`` of an address names: an estimate of a case, and which line of it, if one is."""
    estimate_id, _dot, order = text.partition(".")
    try:
        key = UUID(estimate_id)
    except ValueError:
        return None
    estimates = Estimate.objects.filter(pk=key, case__in=living.whole()).select_related("case")
    estimate = estimates.prefetch_related("lines").first()
    if estimate is None:
        return None
    return estimate, next((line.order for line in estimate.lines.all() if str(line.order) == order), None)


def to_decide(living: Case) -> Estimate | None:
    """Return the newest estimate that the patient can accept now, or could until it expired."""
    estimates = Estimate.objects.filter(case__in=living.whole(), superseded_at=None)
    for estimate in estimates.exclude(kind=EstimateKind.PRELIMINARY).select_related("case").order_by("-issued_at"):
        if verdict(estimate, living).can_decline:
            return estimate
    return None


def _may_decide(estimate: Estimate, living: Case) -> bool:
    """Whether the case is where such an estimate is decided about."""
    if living.is_quarantined or living.is_erased:
        return False
    if estimate.is_supplement:
        return ESTIMATES.get(Status(living.status)) == EstimateKind.SUPPLEMENT
    return living.status == Status.ESTIMATE_SENT
