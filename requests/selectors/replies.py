"""Canned replies for a case: which there are, and what they say once the case fills their variables."""

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts.models import User
from portal.core.localisation import formats
from requests.models import CannedReply, Case, Task
from requests.models.replies import GAP, VARIABLE, VARIABLES, seen_by
from requests.permissions import can_work_cases
from requests.selectors import people


class Filled(NamedTuple):
    """A reply for one case; ``gaps`` are what a coordinator fills in by hand, as they stand in the text."""

    text: str
    gaps: list[str]


def offered(by: User) -> list[CannedReply]:
    """Return the replies that somebody may choose from; not each is ready in each language."""
    return list(CannedReply.objects.filter(seen_by(by), is_offered=True))


def fill(reply: CannedReply, case: Case, language: str) -> Filled:
    """Return a reply with its variables filled; one without a value in the case is a gap.

    All is replaced at once, and only names that are known: what a patient wrote is never read as a variable.
    """
    with translation.override(language):
        values = _values(case, language)
    text = VARIABLE.sub(lambda found: values[found[1]] or f"[[{found[1]}]]", reply.text(language))
    return Filled(text, list(dict.fromkeys(GAP.findall(text))))


def explained(gap: str) -> str:
    """Say what belongs into a gap, where it is a variable without a value."""
    return str(VARIABLES.get(gap[2:-2], ""))


def _values(case: Case, language: str) -> dict[str, str]:
    """Return what each variable becomes, in the active language; empty where the case does not say it."""
    owner = case.owner if case.owner and can_work_cases(case.owner) else None
    profile = people.profile(owner)
    return {
        "name": _isolated(case.name),
        "papers": "\n".join(filter(None, (task.details for task in _papers(case)))),
        "answer_by": _answer_by(case, language),
        "link": settings.SITE_URL + reverse("requests:case", args=[case.reference]),
        "clinic": _isolated(str(case.clinic or "")),
        "coordinator": _isolated(profile.shown_name if profile else owner.name if owner else ""),
    }


def _papers(case: Case) -> list[Task]:
    return list(case.tasks.open().of_patient().filter(kind__code="papers").select_related("case"))


def _answer_by(case: Case, language: str) -> str:
    """Write until when we promised something: a task of ours that the patient sees, else our answer."""
    now = timezone.now()
    ours = case.tasks.open().of_desk().shown().filter(call=None, due_at__gt=now).values_list("due_at", flat=True)
    moment = ours.first() or case.answer_by
    # A time that has passed is no promise.
    return formats.moment(moment, language, *case.zones) if moment and moment > now else ""


def _isolated(name: str) -> str:
    """Keep a name in letters of another direction from moving the words around it."""
    return f"\u2068{name}\u2069" if name else ""
