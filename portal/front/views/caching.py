"""How long browsers and shared caches may keep what is made once."""

from django.http import HttpResponse
from django.utils.cache import patch_cache_control

A_DAY, A_YEAR = 86_400, 31_536_000


def keep_in_caches(response: HttpResponse, *, is_final: bool) -> None:
    """Let everybody keep a response: for ever under an address whose content never changes, else for a day."""
    if is_final:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=A_DAY)
