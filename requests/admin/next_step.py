"""Next step of a case on its page: the moves that its state allows, and what the first of them needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from requests.admin import labels
from requests.enums import EstimateKind, Fact, Need, Status
from requests.models import Case, Estimate
from requests.selectors import documents, next_date
from requests.selectors.estimates import in_force
from requests.services import estimate_sources, moves
from requests.services.estimates import EstimateRefused, kind_to_issue
from requests.workflow import ENDINGS, HOLDABLE, LAST, MOVES, OPEN

# Where a fact that is missing is put right: a fact of the case, or a page of its own.
FACTS = {Need.CONDITION: Fact.CONDITION}
PAPERS = (Need.REQUIRED_PAPERS, Need.DISCHARGE)
PAGES = {
    Need.PAPERS_ASKED: "new_task",
    Need.CONSENT: "patient",
    Need.BRIEF: "brief",
    Need.OFFER: "offers",
    Need.ESTIMATE: "estimate",
    Need.ACCEPTANCE: "estimate",
    Need.CONTINUITY: "continuity",
}


@dataclass(frozen=True)
class NeedRow:
    """Something that should be there before a move; ``url`` and ``anchor`` are where it is put right, ``lacks`` what it lacks."""

    name: str
    is_met: bool
    url: str = ""
    anchor: str = ""
    lacks: list[str] = field(default_factory=list)


def needs_of(case: Case, to: Status) -> list[NeedRow]:
    """Return what a move to a state needs."""
    return [
        NeedRow(
            str(need.label),
            is_met,
            _place(case, need),
            "#documents" if need in PAPERS else "",
            [] if is_met else _lacks(case, need),
        )
        for need, is_met in moves.needs(case, to).items()
    ]


def _lacks(case: Case, need: Need) -> list[str]:
    return documents.missing(case, get_language() or "") if need == Need.REQUIRED_PAPERS else []


def _place(case: Case, need: Need) -> str:
    """Return the page on which a fact is put right."""
    if need in FACTS:
        return reverse("admin:requests_case_fact", args=[case.pk, FACTS[need].value])
    if need == Need.TASKS_DONE or need in PAPERS:
        return reverse("admin:requests_case_change", args=[case.pk])
    if need == Need.ACCEPTANCE and (estimate := in_force(case)) is not None:
        return reverse("admin:requests_case_note_acceptance", args=[case.pk, estimate.pk])
    return reverse(f"admin:requests_case_{PAGES[need]}", args=[case.pk])


def of(case: Case, *, estimates: Sequence[Estimate]) -> dict[str, Any]:
    """Return the allowed moves as buttons: ways forward with what they need, and ways to end the case.

    ``estimates`` are those of the case.
    """
    old = Status(case.status)
    # A quarantined case is released or ended (decision 0025).
    if (case.is_quarantined and case.is_open) or case.consent_withdrawn_at is not None:
        forward: list[Status] = []
    else:
        forward = [to for to in MOVES[old] if to in OPEN or (to == Status.CLOSED and old == LAST)]
    endings = [to for to in MOVES[old] if to not in OPEN and to not in forward]
    if case.consent_withdrawn_at is not None:
        endings = [to for to in endings if to != Status.DUPLICATE]
    has_final = any(row.kind == EstimateKind.FINAL and row.superseded_at is None for row in estimates)
    builds = Status.ESTIMATE_SENT in forward and not has_final
    # Issuing the first estimate makes this move, so there is no button that only makes it.
    if builds:
        forward.remove(Status.ESTIMATE_SENT)
    return {
        "moves": [_button(case, old, to) for to in forward],
        "needs": needs_of(case, Status.ESTIMATE_SENT if builds and old == Status.OFFERS_IN else forward[0])
        if forward
        else [],
        "endings": [_button(case, old, to) for to in endings],
        "answer_is_next": case.waiting_since is not None and old != Status.NEW and not case.is_spam,
        "estimate_is_next": builds and old == Status.OFFERS_IN,
        "can_hold": old in HOLDABLE
        and not case.is_quarantined
        and case.on_hold_until is None
        and case.consent_withdrawn_at is None,
        **_estimate(case, estimates),
    }


def _estimate(case: Case, estimates: Sequence[Estimate]) -> dict[str, Any]:
    """Return what kind of estimate can be issued now and what it starts from, or why none."""
    try:
        kind = kind_to_issue(case)
    except EstimateRefused as refusal:
        return {"builds": "", "estimate_refusal": str(refusal)}
    if kind == EstimateKind.SUPPLEMENT:
        return {"builds": "supplement", "estimate_from": ""}
    start = estimate_sources.usual(case, estimates)
    return {"builds": "version" if start.startswith("version") else "estimate", "estimate_from": start}


def _button(case: Case, old: Status, to: Status) -> dict[str, Any]:
    """Return one move that the workflow allows now; ``url`` asks first where ``asks`` is set."""
    url = reverse("admin:requests_case_move", args=[case.pk, to.value])
    button: dict[str, Any] = {"label": labels.move_label(old, to), "url": url, "asks": to in ENDINGS}
    if to in OPEN:
        button["then"] = labels.following(next_date.after_move(case, to))
    return button
