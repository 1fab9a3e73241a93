"""Owners of cases: the second one, and giving a case to whom the portal suggests."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import EventKind
from requests.models import Case
from requests.permissions import can_work_cases, check_can_work_cases
from requests.selectors import assignment
from requests.services import audit, clock, desk, effects


def set_second_owner(*, case: Case, to: User | None, by: User) -> None:
    """Let a second colleague see to the journey of a case, or nobody; who is named is told by mail.

    Raises ``desk.MoveRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    if to is not None and not can_work_cases(to):
        raise PermissionDenied(_("A case is assigned to a coordinator."))
    with transaction.atomic():
        locked = clock.lock(case)
        if to is not None and locked.owner_id == to.pk:
            raise desk.MoveRefused(_("%(name)s owns this case already.") % {"name": to})
        if locked.second_owner != to:
            locked.second_owner = to
            locked.save(update_fields=["second_owner"])
            event = audit.event(locked, EventKind.SECOND_OWNER, by=by)
            event.save(force_insert=True)
            if to is not None and to != by:
                effects.add(locked, [effects.owed(locked, effects.ASSIGNED, locked.pk, str(event.pk), to=to.pk)])
    case.second_owner = to


def give_as_suggested(*, case: Case, by: User) -> None:
    """Give a case that nobody owns to whom the portal suggests. Raises ``desk.MoveRefused`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        clock.lock(case)
        fresh = Case.objects.select_related("owner", "condition").get(pk=case.pk)
        if (owner := effects.owner(fresh)) is not None:
            raise desk.MoveRefused(_("It is with %(name)s already.") % {"name": owner})
        suggestion = assignment.suggested(fresh)
        if suggestion is None:
            raise desk.MoveRefused(_("There is nobody to suggest."))
        desk.assign(case=case, to=suggestion.colleague, by=by)
