"""The moves a case may make: one table, pure, from which buttons, checks and the diagram come."""

from requests.enums import Status, Turn

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
    S.ACCEPTED: (S.TRAVEL,),
    S.TRAVEL: (S.ARRIVED,),
    S.ARRIVED: (S.IN_TREATMENT,),
    S.IN_TREATMENT: (S.RECOVERY,),
    S.RECOVERY: (S.CLOSED,),
}
ENDINGS = (S.DECLINED_BY_PATIENT, S.DECLINED_BY_US, S.NO_ANSWER, S.DUPLICATE)
REOPEN: dict[Status, tuple[Status, ...]] = {S.NO_ANSWER: (S.TRIAGE,), S.DECLINED_BY_PATIENT: (S.TRIAGE,)}

MOVES: dict[Status, tuple[Status, ...]] = {
    **{state: (*moves, *ENDINGS) for state, moves in FORWARD.items()},
    **{state: REOPEN.get(state, ()) for state in (S.CLOSED, *ENDINGS)},
}
OPEN = tuple(FORWARD)

TURNS: dict[Status, Turn] = {
    **dict.fromkeys(OPEN, Turn.US),
    **dict.fromkeys((S.WAITING_DOCUMENTS, S.ESTIMATE_SENT, S.ACCEPTED), Turn.PATIENT),
    S.WITH_CLINICS: Turn.CLINICS,
    **dict.fromkeys((S.CLOSED, *ENDINGS), Turn.NOBODY),
}

# The steps that a patient sees, each with the states that it stands for.
STEPS: tuple[tuple[str, tuple[Status, ...]], ...] = (
    ("asked", (S.NEW, S.TRIAGE)),
    ("documents", (S.WAITING_DOCUMENTS, S.DOCUMENTS_COMPLETE)),
    ("clinics", (S.WITH_CLINICS, S.OFFERS_IN)),
    ("estimate", (S.ESTIMATE_SENT, S.ACCEPTED)),
    ("travel", (S.TRAVEL, S.ARRIVED)),
    ("treatment", (S.IN_TREATMENT, S.RECOVERY)),
    ("home", (S.CLOSED,)),
)


def moves_from(status: Status) -> tuple[Status, ...]:
    """Return the states that a case may go to next."""
    return MOVES[status]


def may_move(old: Status, new: Status) -> bool:
    """Whether the table allows this move."""
    return new in MOVES[old]


def diagram() -> str:
    """Return the table as a Mermaid state diagram; an arrow from `open` starts in each state inside it."""
    return "\n".join(
        [
            "stateDiagram-v2",
            "    [*] --> new",
            "    state open {",
            *(f"        {old.value} --> {new.value}" for old, moves in FORWARD.items() for new in moves if new in OPEN),
            "    }",
            *(f"    {old.value} --> {new.value}" for old, moves in FORWARD.items() for new in moves if new not in OPEN),
            *(f"    open --> {ending.value}" for ending in ENDINGS),
            *(f"    {old.value} --> {new.value}" for old, moves in REOPEN.items() for new in moves),
        ]
    )
