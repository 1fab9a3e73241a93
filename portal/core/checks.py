"""System checks: the name `requests` is ours, keys open, and what going live demands."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from portal.core import files, virus_scanner
from portal.core.delivery import outbox
from portal.core.encryption.primitives import key_ring, lookup_keys
from portal.core.storage.errors import StoreAway


@register(Tags.compatibility)
def requests_is_ours(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The app named `requests` must not be hidden by the library of that name, or hide it."""
    import requests  # noqa: PLC0415 – looks at what the name means right now

    path = Path(str(requests.__file__)).resolve()
    if path.is_relative_to(settings.BASE_DIR):
        return []
    hint = "Run from the project's folder, in an environment made from uv.lock."
    return [Error(f"`requests` is {path}, not the portal's own app.", hint=hint, id="portal.E001")]


@register(Tags.security)
def keys_open(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The key ring and the keys of hashes can be read."""
    try:
        key_ring()
        lookup_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="portal.E002")]
    return []


@register
def effects_are_registered(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each kind of effect that a row may have is registered once, with a label for the desk."""
    hint = "See outbox.kind and outbox.handles."
    return [Error(problem, hint=hint, id="portal.E006") for problem in outbox.problems()]


@register(Tags.security, deploy=True)
def operator_is_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A live portal says who runs it and has somebody to tell of a new request."""
    needed = ("OPERATOR_NAME", "OPERATOR_ADDRESS", "OPERATOR_EMAIL", "NOTICE_EMAIL")
    return [
        Error(f"{name} is not set in the environment.", id="portal.E003")
        for name in needed
        if not getattr(settings, name) or getattr(settings, name) == "help@marus.example"
    ]


@register(Tags.security, deploy=True)
def somebody_is_alerted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A live portal has somebody to tell when it is in trouble."""
    if settings.ALERT_EMAIL or settings.ALERT_WEBHOOK:
        return []
    hint = "Then try it: manage.py send_test_alert"
    return [Error("Neither ALERT_EMAIL nor ALERT_WEBHOOK is set in the environment.", hint=hint, id="portal.E005")]


@register(Tags.security, deploy=True)
def files_can_be_stored(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The store of private files answers and takes the key of this portal."""
    try:
        files.check()
    except StoreAway as problem:
        hint = "S3_URL names the bucket with its key and secret; without it files lie in VAR_DIR/files."
        return [Error(str(problem), hint=hint, id="portal.E008")]
    return []


@register(Tags.security, deploy=True)
def viruses_are_found(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The virus scanner, where there is one, answers and takes files as long as the portal does.

    Its other limits cannot be asked for; deploy/clamav/clamd.conf has them.
    """
    if settings.CLAMD is None:
        return []
    longest = max(settings.DOCUMENT_MAX_BYTES.values())
    hint = "CLAMD_URL says where clamd listens; its limits belong as in deploy/clamav/clamd.conf."
    try:
        if virus_scanner.takes(longest):
            return []
        problem = f"clamd takes no file of {longest} bytes: its StreamMaxLength is smaller than DOCUMENT_MAX_MEGABYTES."
    except virus_scanner.ScannerAway as away:
        problem = f"clamd does not answer ({away}): no new paper can be opened."
    return [Error(problem, hint=hint, id="portal.E009")]
