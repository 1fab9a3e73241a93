"""Private files of a test in a bucket, or in one that nobody answers for."""

from typing import Any

from portal.core.storage import s3_url

# Nobody listens on port 9.
AWAY = "http://key:canary@127.0.0.1:9/bucket"


def keep_files_at(settings: Any, url: str, **changed: Any) -> None:
    """Keep private files where an S3_URL says, from now on; in the folder where it is empty."""
    settings.STORAGES = settings.STORAGES | {"private": s3_url.storage(url) | changed}
