"""Ending a case together with the last message to its patient."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import Status
from requests.models import Case, EndReason
from requests.services import clock, desk, merging
from requests.services.messages import write_to_patient
from requests.workflow import REASONED


@transaction.atomic
def end(
    *,
    case: Case,
    to: Status,
    by: User,
    seen: int,
    message: str,
    form_token: str,
    no_answer_needed: bool,
    end_reason: EndReason | None = None,
    **details: Any,
) -> None:
    """Move a case to an ending, and send the message that ends it or note that no answer is needed.

    With neither, a patient who waits for an answer goes on waiting, in the living case if this one is merged. Where
    there are reasons to select, an ending by one side or without an answer needs an ``end_reason``. Raises what ``desk.move``, with
    its ``details``, and ``write_to_patient`` raise.
    """
    if end_reason is None and to in REASONED and EndReason.of(to).exists():
        raise desk.MoveRefused(_("Select why the case ends."))
    desk.move(case=case, to=to, by=by, end_reason=end_reason, **details)
    if message:
        write_to_patient(case=case, body=message, by=by, form_token=form_token, seen=seen)
    elif no_answer_needed:
        clock.no_answer_needed(case=case, by=by, seen=seen)
    if to == Status.DUPLICATE:
        merging.go_on_elsewhere(case=case, by=by)
