"""Admin pages of the coordinators' desk, by subject."""

from requests.admin import cases, deadlines, estimates, packages

__all__ = ["cases", "deadlines", "estimates", "packages"]
