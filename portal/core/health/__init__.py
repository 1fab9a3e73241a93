"""Answers for monitors outside: liveness, readiness, figures."""
