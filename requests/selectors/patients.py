"""Reads of who the patient of a case is."""

from requests.models import Case, PatientStatement


def last_statement(case: Case) -> PatientStatement | None:
    """Return what was said last of who the patient is, in this case or in one that was merged into it."""
    statements = PatientStatement.objects.filter(case__in=case.whole()).select_related("case")
    return statements.order_by("created_at").last()
