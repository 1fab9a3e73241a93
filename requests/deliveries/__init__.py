"""Handlers that deliver the effects of cases, and so everything that the portal writes about them; by who is written to."""

from requests.deliveries import clinics, desk, papers, patients

__all__ = ["clinics", "desk", "papers", "patients"]
