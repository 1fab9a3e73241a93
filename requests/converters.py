"""Path converters of references and tokens."""


class ReferenceConverter:
    """The reference of a case: MR-XXXX-XXXX."""

    regex = "MR-[2-9A-HJ-KM-NP-Z]{4}-[2-9A-HJ-KM-NP-Z]{4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class TokenConverter(ReferenceConverter):
    """The token of a mailed link: 32 hex digits, a dot, a signature."""

    regex = r"[0-9a-f]{32}\.[0-9A-Za-z_-]{20,60}"
