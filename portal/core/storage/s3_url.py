"""S3_URL, the address of a bucket with key and secret, as an entry of STORAGES."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

FORM = "https://KEY:SECRET@host/bucket?region=…, where a / in the secret is written as %2F"


def storage(url: str) -> dict[str, Any]:
    """Return the store of private files: the bucket, or the folder without an address.

    Raises ``ImproperlyConfigured``, which repeats nothing of the address.
    """
    if not url:
        return {"BACKEND": "portal.core.storage.folder.FolderStorage"}
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    given = {
        "https:// or http://": parts.scheme in ("https", "http"),
        "a key": parts.username,
        "a secret": parts.password,
        "a host": host and _has_port(url),
        "a bucket": parts.path.strip("/").count("/") == 0 and parts.path.strip("/"),
    }
    if missing := [name for name, value in given.items() if not value]:
        raise ImproperlyConfigured(f"S3_URL is without {', '.join(missing)}. It is {FORM}.")
    return {
        "BACKEND": "portal.core.storage.bucket.BucketStorage",
        "OPTIONS": {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "endpoint_url": f"{parts.scheme}://{host}",
            "bucket_name": parts.path.strip("/"),
            "region_name": parse_qs(parts.query).get("region", ["us-east-1"])[0],
        },
    }


def _has_port(url: str) -> bool:
    """Say whether the port is none or a number; what urllib says of another one repeats it, and it may be the secret."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
