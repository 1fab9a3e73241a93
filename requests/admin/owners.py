"""Owners of a case in words: whom it is suggested to and why, the second owner, and who is away."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.localisation import desk_formats, formats
from requests.forms.assignment import SecondOwnerForm
from requests.models import Absence, Case, Task
from requests.selectors import absences, assignment


def context(case: Case, tasks: Iterable[Task]) -> dict[str, Any]:
    """Return what the page of a case says of its owners, and of who has its tasks and is away."""
    away = absences.away()
    suggestion = assignment.suggested(case) if case.is_current else None
    names = {pk: sentence(absence) for pk, absence in away.items()}
    for task in tasks:
        task.away = names.get(task.assignee_id or 0, "")  # type: ignore[attr-defined]  # read by the template
    return {
        "suggestion": suggestion,
        "suggestion_reason": reason(case, suggestion) if suggestion else "",
        "second_owner_form": SecondOwnerForm(prefix="second", initial={"owner": case.second_owner_id}),
        "owner_away": names.get(case.owner_id or 0, ""),
        "second_owner_away": names.get(case.second_owner_id or 0, ""),
    }


def reason(case: Case, suggestion: assignment.Suggestion) -> str:
    """Say what speaks for a suggestion: speaks Arabic · Oncology · 4 open cases · here now."""
    language = desk_formats.language()
    words = [
        _("speaks %(language)s") % {"language": formats.language_name(suggestion.language, language)}
        if suggestion.language
        else "",
        str(case.condition.area) if case.condition and suggestion.knows_area else "",
        ngettext("%(number)s open case", "%(number)s open cases", suggestion.load) % {"number": suggestion.load},
        _("here now") if suggestion.is_here else "",
    ]
    return " · ".join(filter(None, words))


def sentence(absence: Absence) -> str:
    """Say that somebody is away, until when, and who stands in."""
    details = {
        "name": absence.user,
        "last": desk_formats.day(absence.ends_on),
        "substitute": absence.substitute,
    }
    return _("%(name)s is away until %(last)s, %(substitute)s stands in.") % details


def period(absence: Absence) -> str:
    """Say from when to when somebody is away, and who stands in."""
    details = {
        "name": absence.user,
        "first": desk_formats.day(absence.begins_on),
        "last": desk_formats.day(absence.ends_on),
        "substitute": absence.substitute,
    }
    return _("%(name)s is away from %(first)s to %(last)s, %(substitute)s stands in.") % details


def warnings(user_ids: Iterable[int]) -> list[str]:
    """Return a sentence for each of some colleagues who is away now."""
    away = absences.away()
    return [sentence(away[user_id]) for user_id in user_ids if user_id in away]
