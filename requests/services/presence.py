"""Presence at a case: who of the desk has its page open. Kept in a cache that all processes share, which forgets it by itself."""

from django.core.cache import caches

from portal.accounts.models import User
from requests.models import Case
from requests.permissions import DESK, check_can_work_cases
from requests.selectors.presence import SECONDS_HERE, here_key

# An open page says so every ten seconds; whoever closed it is gone after this and one more question of the others.
SECONDS = 45


def meet(*, case: Case, by: User) -> list[User]:
    """Note that somebody has a case open, and return the colleagues who have. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    # A key for each person: two who come at the same moment overwrite nothing.
    caches["presence"].set(_key(case, by), True, SECONDS)
    colleagues = User.objects.active_in(*DESK).exclude(pk=by.pk).order_by("name", "pk")
    keys = {_key(case, colleague): colleague for colleague in colleagues}
    here = here_key(by.pk)
    open_now = caches["presence"].get_many([*keys, here])
    if here not in open_now:
        caches["presence"].set(here, True, SECONDS_HERE)
    return [colleague for key, colleague in keys.items() if key in open_now]


def _key(case: Case, user: User) -> str:
    return f"present:{case.pk}:{user.pk}"
