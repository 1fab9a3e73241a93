"""Typed values of a form that came too late or leads nowhere, to be shown so that they can be copied."""

from django.http import QueryDict


def texts(post: QueryDict) -> list[tuple[str, str]]:
    """Return (label, text) of everything that was typed; no passwords, no token, nothing that only the page knows."""
    return [
        (name.rpartition("-")[2].replace("_", " ").capitalize(), value)
        for name, values in post.lists()
        for value in values
        if value.strip() and name != "csrfmiddlewaretoken" and not name.startswith("_") and "password" not in name
    ]
