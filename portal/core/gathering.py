"""Writes many rows at once: what follows single changes (search, versions) follows all of them, at the end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

_followers: dict[str, Callable[[], AbstractContextManager[None]]] = {}


def register(name: str, follower: Callable[[], AbstractContextManager[None]]) -> None:
    """Let whoever follows changes know when many come: ``follower`` is entered before them and left after them."""
    _followers[name] = follower


@contextmanager
def gathered() -> Iterator[None]:
    """Within, changes are many; what follows them is done when this ends, in the same transaction."""
    with ExitStack() as stack:
        for follower in _followers.values():
            stack.enter_context(follower())
        yield
