"""The coordinators' desk, by subject."""

from requests.admin import cases, deadlines, estimates, outbox, packages

__all__ = ["cases", "deadlines", "estimates", "outbox", "packages"]
