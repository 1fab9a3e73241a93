"""Decorators of views."""

from collections.abc import Callable
from typing import Any

RECENT_FACTOR = "recent_second_factor_methods"


def recent_second_factor_required[V: Callable[..., Any]](*methods: str) -> Callable[[V], V]:
    """Mark a view that opens only when the second factor was used within the last minutes.

    ``methods`` are the HTTP methods that need it. ``StaffSecondFactorMiddleware`` asks for the factor,
    and goes on with what was posted; a form with mistakes should be refused before: there, call
    ``second_factor.require_recent`` when it is valid. For a class: ``method_decorator(…, name="dispatch")``.
    """

    def mark(view: V) -> V:
        setattr(view, RECENT_FACTOR, methods)
        return view

    return mark
