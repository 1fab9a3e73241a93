"""allauth as this portal uses it: staff sign in, nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps the doors that this version does not have closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
