"""Who works on a case and how to reach us, as the patient sees it."""

from django.db.models import Q, QuerySet

from portal.accounts.models import User
from requests.models import Case, ContactNumber, CoordinatorProfile
from requests.workflow import ON_TRIP


def profile(owner: User | None) -> CoordinatorProfile | None:
    """Return what patients read of a coordinator; None when there is nobody, or nothing to read."""
    return CoordinatorProfile.objects.filter(user=owner).first() if owner else None


def numbers(case: Case) -> QuerySet[ContactNumber]:
    """Return our numbers for a case; those for trouble on a trip only during it, and by package."""
    usual = Q(is_urgent=False)
    if case.status not in ON_TRIP:
        return ContactNumber.objects.filter(usual)
    urgent = Q(is_urgent=True) & (Q(packages=None) | Q(packages=case.package_id))
    return ContactNumber.objects.filter(usual | urgent).distinct().order_by("-is_urgent", "order", "pk")
