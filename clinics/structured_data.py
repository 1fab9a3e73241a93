"""Structured data of a clinic: only facts that we have."""

from clinics.models import Clinic
from conditions.structured_data import Data, absolute


def clinic(one: Clinic) -> Data:
    """Return a clinic for search engines."""
    return {
        "@type": "MedicalOrganization",
        "name": one.name,
        "url": absolute(one.get_absolute_url()),
        "sameAs": one.website,
        "address": {"@type": "PostalAddress", "addressLocality": one.city.name, "addressCountry": "RU"},
    }
