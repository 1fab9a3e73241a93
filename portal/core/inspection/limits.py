"""What an inspection may take, from the settings."""

from django.conf import settings

from portal.core.inspection.child.limits import Limits


def current() -> Limits:
    """Return the limits of a file and of the process that looks into it."""
    return Limits(bytes_by_kind=dict(settings.DOCUMENT_MAX_BYTES))
