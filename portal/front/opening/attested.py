"""A thing that the portal cannot see and somebody says was done."""

from portal.core.localisation import desk_formats
from portal.core.models import Attestation
from portal.front.opening.results import Facts, Result, State


def attested(facts: Facts, kind: Attestation.Kind, print_of: str, todo: str, known: str = "") -> Result:
    """Return that it is done where somebody said so of what stands there today, and what is to do where not."""
    row = facts.of(kind, print_of)
    if row is None:
        return Result(State.MISSING, todo, known, print_of)
    return Result(State.DONE, known=f"{known} ({desk_formats.day(row.done_on)})".strip(), fingerprint=print_of)
