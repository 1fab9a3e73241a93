"""Admin pages of the coordinators' desk, by subject."""

from requests.admin import cases, deadlines, estimates, packages, people, tasks

__all__ = ["cases", "deadlines", "estimates", "packages", "people", "tasks"]
