"""Admin pages of the coordinators' desk, by subject."""

from requests.admin import canned_replies, cases, deadlines, estimates, packages, people, reviews, tasks

__all__ = ["canned_replies", "cases", "deadlines", "estimates", "packages", "people", "reviews", "tasks"]
