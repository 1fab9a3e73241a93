"""Workflow of a case: a table of its moves, from which buttons, checks and the diagram come."""

from requests.enums import EstimateKind, Outcome, Status, Step, Turn

S = Status

# Every open state may also end; these are the ways forward, and back where work has to be redone.
FORWARD: dict[Status, tuple[Status, ...]] = {
    S.NEW: (S.TRIAGE,),
    S.TRIAGE: (S.WAITING_DOCUMENTS, S.ESTIMATE_SENT),
    S.WAITING_DOCUMENTS: (S.DOCUMENTS_COMPLETE,),
    S.DOCUMENTS_COMPLETE: (S.WITH_CLINICS, S.WAITING_DOCUMENTS),
    S.WITH_CLINICS: (S.OFFERS_IN,),
    S.OFFERS_IN: (S.ESTIMATE_SENT, S.WITH_CLINICS),
    S.ESTIMATE_SENT: (S.ACCEPTED, S.OFFERS_IN),
    S.ACCEPTED: (S.TRAVEL, S.OFFERS_IN),
    S.TRAVEL: (S.ARRIVED, S.ACCEPTED, S.OFFERS_IN),
    S.ARRIVED: (S.IN_TREATMENT,),
    S.IN_TREATMENT: (S.RECOVERY,),
    S.RECOVERY: (),
}
# Closing from here on is the end of the road; before it, a case closes with an early outcome only.
LAST = S.RECOVERY
EARLY_OUTCOMES = (Outcome.TOO_ILL, Outcome.DIED)
ENDINGS = (S.CLOSED, S.DECLINED_BY_PATIENT, S.DECLINED_BY_US, S.NO_ANSWER, S.DUPLICATE, S.SPAM)
# These say why, as a category; closing says it by its outcome, the others by themselves.
REASONED = (S.DECLINED_BY_PATIENT, S.DECLINED_BY_US, S.NO_ANSWER)
REOPEN: dict[Status, tuple[Status, ...]] = dict.fromkeys((S.DECLINED_BY_PATIENT, S.NO_ANSWER, S.SPAM), (S.TRIAGE,))

MOVES: dict[Status, tuple[Status, ...]] = {
    **{state: (*moves, *ENDINGS) for state, moves in FORWARD.items()},
    **{state: REOPEN.get(state, ()) for state in ENDINGS},
}
OPEN = tuple(FORWARD)

# Where a case may wait until a day: a plan stands, and the patient is not ready to go on.
HOLDABLE = (S.OFFERS_IN, S.ESTIMATE_SENT, S.ACCEPTED, S.TRAVEL)

# From arrival to recovery a message can be urgent: somebody is told at once.
URGENT = (S.ARRIVED, S.IN_TREATMENT, S.RECOVERY)
ON_TRIP = (S.TRAVEL, *URGENT)
BEFORE_TREATMENT = tuple(state for state in OPEN if state not in (S.IN_TREATMENT, S.RECOVERY))
ACCEPTED_ON = (S.ACCEPTED, *ON_TRIP)
BEFORE_ACCEPTANCE = tuple(state for state in OPEN if state not in ACCEPTED_ON)

# Where a continuity pack is written: once there is treatment, also after the case was closed.
PACKED = (S.IN_TREATMENT, S.RECOVERY, S.CLOSED)

# What kind of estimate a coordinator issues in a state, and elsewhere which move comes first.
ESTIMATES: dict[Status, EstimateKind] = {
    **dict.fromkeys((S.TRIAGE, S.OFFERS_IN, S.ESTIMATE_SENT), EstimateKind.FINAL),
    **dict.fromkeys((S.ACCEPTED, S.TRAVEL, S.ARRIVED, S.IN_TREATMENT), EstimateKind.SUPPLEMENT),
}
BEFORE_ESTIMATE: dict[Status, Status] = {
    S.NEW: S.TRIAGE,
    S.WAITING_DOCUMENTS: S.DOCUMENTS_COMPLETE,
    S.DOCUMENTS_COMPLETE: S.WITH_CLINICS,
    S.WITH_CLINICS: S.OFFERS_IN,
    **{state: moves[0] for state, moves in REOPEN.items()},
}

TURNS: dict[Status, Turn] = {
    **dict.fromkeys(OPEN, Turn.US),
    **dict.fromkeys((S.WAITING_DOCUMENTS, S.ESTIMATE_SENT, S.ACCEPTED), Turn.PATIENT),
    S.WITH_CLINICS: Turn.CLINICS,
    **dict.fromkeys(ENDINGS, Turn.NOBODY),
}

# The steps that a patient sees, each with the states that it stands for.
STEPS: dict[Step, tuple[Status, ...]] = {
    Step.ASKED: (S.NEW, S.TRIAGE),
    Step.DOCUMENTS: (S.WAITING_DOCUMENTS, S.DOCUMENTS_COMPLETE),
    Step.CLINICS: (S.WITH_CLINICS, S.OFFERS_IN),
    Step.ESTIMATE: (S.ESTIMATE_SENT, S.ACCEPTED),
    Step.TRAVEL: (S.TRAVEL, S.ARRIVED),
    Step.TREATMENT: (S.IN_TREATMENT, S.RECOVERY),
    Step.HOME: (S.CLOSED,),
}


def may_move(old: Status, new: Status) -> bool:
    """Whether the table allows this move."""
    return new in MOVES[old]


def is_back(old: Status, new: Status) -> bool:
    """Whether a move between two open states goes back on the road."""
    return old in OPEN and new in OPEN and OPEN.index(new) < OPEN.index(old)


def outcomes_from(status: Status) -> tuple[Outcome, ...]:
    """Return the outcomes that a case may be closed with now."""
    return tuple(Outcome) if status == LAST else EARLY_OUTCOMES


def diagram() -> str:
    """Return the table as a Mermaid state diagram; an arrow from `open` starts in each state inside it."""
    early = ", ".join(EARLY_OUTCOMES)
    return "\n".join(
        [
            "stateDiagram-v2",
            "    [*] --> new",
            "    state open {",
            *(f"        {old.value} --> {new.value}" for old, moves in FORWARD.items() for new in moves),
            "    }",
            f"    {LAST.value} --> closed",
            *(f"    open --> {ending.value}{f' : {early}' if ending == S.CLOSED else ''}" for ending in ENDINGS),
            *(f"    {old.value} --> {new.value}" for old, moves in REOPEN.items() for new in moves),
        ]
    )
