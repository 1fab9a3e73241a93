"""Next step of a case on its page: the moves that its state allows, and what the first of them needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from requests.admin import labels
from requests.enums import EstimateKind, Fact, Status
from requests.models import Case, Estimate, Task
from requests.services.estimates import EstimateRefused, kind_to_issue
from requests.workflow import ENDINGS, HOLDABLE, LAST, MOVES, OPEN


@dataclass(frozen=True)
class Need:
    """Something that should be there before a move; ``url`` is where it is put right."""

    name: str
    is_met: bool
    url: str = ""


@dataclass(frozen=True)
class _Needs:
    case: Case
    estimates: Sequence[Estimate]
    tasks: Sequence[Task]
    has_agreed: bool

    @property
    def has_final_estimate(self) -> bool:
        """Whether an estimate of a coordinator stands."""
        return any(row.kind == EstimateKind.FINAL and row.superseded_at is None for row in self.estimates)

    def of(self, to: Status) -> list[Need]:
        """Return what a move to a state needs."""
        case = self.case
        asked = any(not task.for_desk for task in self.tasks)
        condition = Need(_("The illness is known"), case.condition_id is not None, self._fact(Fact.CONDITION))
        agreed = Need(_("The patient agrees that clinics see the case"), self.has_agreed, self._page("patient"))
        needs = {
            Status.TRIAGE: [Need(_("Somebody owns the case"), case.owner_id is not None)],
            Status.WAITING_DOCUMENTS: [Need(_("A task says which papers"), asked, self._page("new_task"))],
            Status.DOCUMENTS_COMPLETE: [Need(_("Every task of the patient is done"), not asked, "#tasks")],
            Status.WITH_CLINICS: [condition, agreed],
            Status.OFFERS_IN: [Need(_("The clinic is chosen"), case.clinic_id is not None, self._fact(Fact.CLINIC))],
            Status.ESTIMATE_SENT: [condition],
            Status.ACCEPTED: [Need(_("An estimate stands"), self.has_final_estimate, self._page("estimate"))],
        }
        return needs.get(to, [])

    def _fact(self, fact: Fact) -> str:
        return reverse("admin:requests_case_fact", args=[self.case.pk, fact.value])

    def _page(self, name: str) -> str:
        return reverse(f"admin:requests_case_{name}", args=[self.case.pk])


def of(case: Case, *, estimates: Sequence[Estimate], tasks: Sequence[Task], has_agreed: bool) -> dict[str, Any]:
    """Return the allowed moves as buttons: ways forward with what they need, and ways to end the case.

    ``estimates`` are those of the case, ``tasks`` the open ones.
    """
    needs = _Needs(case, estimates, tasks, has_agreed)
    old = Status(case.status)
    # A quarantined case is released or ended (decision 0025).
    if case.is_quarantined and case.is_open:
        forward: list[Status] = []
    else:
        forward = [to for to in MOVES[old] if to in OPEN or (to == Status.CLOSED and old == LAST)]
    endings = [to for to in MOVES[old] if to not in OPEN and to not in forward]
    builds = Status.ESTIMATE_SENT in forward and not needs.has_final_estimate
    # Issuing the first estimate makes this move, so there is no button that only makes it.
    if builds:
        forward.remove(Status.ESTIMATE_SENT)
    return {
        "moves": [_button(case, old, to) for to in forward],
        "needs": needs.of(Status.ESTIMATE_SENT if builds and old == Status.OFFERS_IN else forward[0])
        if forward
        else [],
        "endings": [_button(case, old, to) for to in endings],
        "answer_is_next": case.waiting_since is not None and old != Status.NEW and not case.is_spam,
        "estimate_is_next": builds and old == Status.OFFERS_IN,
        "can_hold": old in HOLDABLE and not case.is_quarantined and case.on_hold_until is None,
        **_estimate(case),
    }


def _estimate(case: Case) -> dict[str, Any]:
    """Return what kind of estimate can be issued now, or why none."""
    try:
        kind = kind_to_issue(case)
    except EstimateRefused as refusal:
        return {"builds": "", "estimate_refusal": str(refusal)}
    return {"builds": "supplement" if kind == EstimateKind.SUPPLEMENT else "estimate"}


def _button(case: Case, old: Status, to: Status) -> dict[str, Any]:
    """Return one move that the workflow allows now; ``url`` asks first where ``asks`` is set."""
    url = reverse("admin:requests_case_move", args=[case.pk, to.value])
    return {"label": labels.move_label(old, to), "url": url, "asks": to in ENDINGS}
