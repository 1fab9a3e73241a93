"""A patient deletes her account; what happens to each of her cases is her word: kept, or erased after a week."""

import secrets
from collections.abc import Collection
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.accounts.services import patients
from requests.enums import ActorKind
from requests.models import Case
from requests.services import clock, erasures, joined_cases
from requests.services.messages import NotARequest, write_to_desk


@transaction.atomic
def delete_account(*, user: User, cases: Collection[Case], erase: Collection[str]) -> list[Case]:
    """Delete the account of a patient; return the cases that she wants erased, as they stand now.

    ``cases`` are those that she was asked about, ``erase`` the references of those to erase. The others are
    kept as they are, and their links go on opening them.
    """
    asked = [_ask_for_erasure(case) for case in cases if case.reference in erase]
    for case in user.own_cases.order_by("pk"):
        joined_cases.leave_account(clock.lock(case), by=ActorKind.PATIENT)
    patients.delete(user)
    return asked


def _ask_for_erasure(case: Case) -> Case:
    """Have a case erased after the cooling-off, and tell the desk, with the clock of an answer, unless nobody reads it as a request."""
    # A code of this hour stands before the page of the account.
    erasures.ask(case, by=ActorKind.PATIENT)
    words = _("I deleted my account. Please erase this case and everything in it.")
    with suppress(NotARequest):
        write_to_desk(case=case, body=words, form_token=secrets.token_hex(12))
    return Case.objects.get(pk=case.pk)
