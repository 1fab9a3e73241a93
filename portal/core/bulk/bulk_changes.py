"""Bulk writes in one transaction: what follows single changes (search, versions) follows all of them, at its end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar

from django.db import transaction

_followers: dict[str, Callable[[], AbstractContextManager[None]]] = {}
_is_open: ContextVar[bool] = ContextVar("is_open", default=False)


def register(name: str, follower: Callable[[], AbstractContextManager[None]]) -> None:
    """Let whoever follows changes know when many come: ``follower`` is entered before them and left after them."""
    _followers[name] = follower


@contextmanager
def bulk_changes() -> Iterator[None]:
    """Open a transaction of many changes; what follows them is done at its end, and goes with it when it fails.

    Within another one it is a part of that.
    """
    with transaction.atomic(), ExitStack() as stack:
        if not _is_open.get():
            stack.callback(_is_open.reset, _is_open.set(True))
            for follower in _followers.values():
                stack.enter_context(follower())
        yield


@contextmanager
def once(changes: ContextVar[list[bool] | None], follow: Callable[[], object]) -> Iterator[None]:
    """Collect changes in a variable while many come, and follow them once, after the last; no change, nothing to do."""
    collected: list[bool] = []
    token = changes.set(collected)
    try:
        yield
    finally:
        changes.reset(token)
    if collected:
        follow()
