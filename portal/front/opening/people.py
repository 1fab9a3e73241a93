"""Somebody does each work: roles of staff."""

from django.utils.translation import pgettext

from portal.accounts.enums import Role
from portal.front.opening.results import Facts, Result, done, missing

SAMPLE = "coordinator@marus.example"


def administrators(facts: Facts) -> Result:
    """An administrator has a second factor."""
    number = sum(person.has_factor for person in facts.holding(Role.ADMINISTRATOR))
    return _enough(
        number,
        1,
        pgettext("desk", "Add an administrator under “Staff”, who sets up a second factor at the first sign-in."),
    )


def leads(facts: Facts) -> Result:
    """Somebody leads the coordinators."""
    return _held(facts, 1, pgettext("desk", "Give somebody the role “Lead coordinator” under “Staff”."), Role.LEAD)


def coordinators(facts: Facts) -> Result:
    """Two people work cases, so that one may be ill."""
    todo = pgettext("desk", "Give two people the role “Coordinator” or “Lead coordinator” under “Staff”.")
    return _held(facts, 2, todo, Role.COORDINATOR, Role.LEAD)


def editors(facts: Facts) -> Result:
    """Somebody keeps texts and directory."""
    return _held(facts, 1, pgettext("desk", "Give somebody the role “Editor” under “Staff”."), Role.EDITOR)


def finance(facts: Facts) -> Result:
    """Somebody records payments."""
    return _held(facts, 1, pgettext("desk", "Give somebody the role “Finance” under “Staff”."), Role.FINANCE)


def reviewers(facts: Facts) -> Result:
    """Somebody signs medical texts, and somebody looks at cases."""
    lacking = [str(role.label) for role in (Role.REVIEWER, Role.CASE_REVIEWER) if not _real(facts, role)]
    if not lacking:
        return done()
    todo = pgettext("desk", "Give somebody the role %(roles)s under “Staff”.")
    return missing(todo % {"roles": ", ".join(f"“{role}”" for role in lacking)})


def superusers(facts: Facts) -> Result:
    """Nobody has the flag that opens every page."""
    if not facts.superusers:
        return done()
    return missing(
        pgettext("desk", "Take the flag “superuser” off in a shell, and give roles under “Staff” in its place."),
        pgettext("desk", "people: %(number)s") % {"number": facts.superusers},
    )


def sample_account(facts: Facts) -> Result:
    """The sample coordinator, whose password lies in a file, may not enter."""
    if all(person.email != SAMPLE for person in facts.staff):
        return done()
    return missing(pgettext("desk", "Take “Active” off the account %(email)s under “Staff”.") % {"email": SAMPLE})


def _held(facts: Facts, needed: int, todo: str, *roles: Role) -> Result:
    return _enough(len(_real(facts, *roles)), needed, todo)


def _real(facts: Facts, *roles: Role) -> list[str]:
    """Return who has any of the roles; the sample coordinator is nobody."""
    return [person.email for person in facts.holding(*roles) if person.email != SAMPLE]


def _enough(number: int, needed: int, todo: str) -> Result:
    known = pgettext("desk", "people: %(number)s") % {"number": number}
    return done(known) if number >= needed else missing(todo, known)
