"""Who is at the desk now, as far as open pages of cases say so (``requests.services.presence``)."""

from collections.abc import Iterable

from django.core.cache import caches

# Whoever looks at a list or away for a moment is still here.
SECONDS_HERE = 15 * 60


def here_key(user_id: int) -> str:
    """Return the key under which the cache knows that a colleague is here."""
    return f"here:{user_id}"


def here(user_ids: Iterable[int]) -> set[int]:
    """Return those of some colleagues who are here."""
    keys = {here_key(user_id): user_id for user_id in user_ids}
    return {keys[key] for key in caches["presence"].get_many(keys)}
