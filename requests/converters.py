"""Path converters of references and tokens."""

from django.urls.converters import StringConverter


class ReferenceConverter(StringConverter):
    """The reference of a case: MR-XXXX-XXXX."""

    regex = "MR-[2-9A-HJ-KM-NP-Z]{4}-[2-9A-HJ-KM-NP-Z]{4}"


class TokenConverter(StringConverter):
    """The token of a mailed link: 32 hex digits, a dot, a signature."""

    regex = r"[0-9a-f]{32}\.[0-9A-Za-z_-]{20,60}"


class PublicIdConverter(StringConverter):
    """The public id of a task: 12 letters and digits of the alphabet of references."""

    regex = "[2-9A-HJ-KM-NP-Z]{12}"
