"""Reads of papers of a case and of its checklist."""

from requests.models import Case, MissingPaper


def missing_codes(case: Case) -> set[str]:
    """Return the items of the checklist of which the patient said, here or in a merged case, that they have no paper."""
    return set(MissingPaper.objects.filter(case__in=case.whole()).values_list("need", flat=True))
