"""Private files in a bucket of an S3-compatible store, which all machines share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from portal.core.storage.errors import StoreAway
from portal.core.storage.stored_file import StoredFile

# Two attempts for a connection that ended meanwhile: a request waits half a minute at most.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"total_max_attempts": 2, "mode": "standard"},
    signature_version="s3v4",
    # The signature covers the SHA-256 of the bytes, so the store refuses what arrives changed. The newer checksums of
    # boto3 come as a trailer, which many of these stores do not know.
    s3={"addressing_style": "path", "payload_signing_enabled": True},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# For whoever watches: a store that is slower than this is away.
QUICK = CONFIG.merge(Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}))
# So long a store that was away is not asked again, and then quickly first: a page of photographs would else hold every
# web process, one after the other.
PAUSE_SECONDS = 10
# How many names the store gives in one answer.
LISTED_AT_ONCE = 1000


class BucketStorage(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """Files of some megabytes, each written and read as a whole; raises ``StoreAway`` and ``FileNotFoundError``."""

    # When to ask a store again that was away, on the clock of ``time.monotonic``.
    _again_at: float | None = None

    def get_default_settings(self) -> dict[str, Any]:
        # S3_URL says all: no token or profile of another program on this machine. Names are random, so nothing is
        # overwritten but by the same bytes.
        ours = {"client_config": CONFIG, "security_token": None, "session_profile": None, "file_overwrite": True}
        theirs: dict[str, Any] = super().get_default_settings()
        return theirs | ours

    def check(self) -> None:
        """Raise ``StoreAway`` unless the store answers at once that the bucket is ours."""
        with self._problems():
            self._quick_client.head_bucket(Bucket=self.bucket_name)
        self._again_at = None

    def exists(self, name: str) -> bool:
        try:
            with self._asking(name):
                self._client.head_object(Bucket=self.bucket_name, Key=name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        with self._asking(name):
            self._client.delete_object(Bucket=self.bucket_name, Key=name)

    def listing(self) -> Iterator[StoredFile]:
        """Yield all files in the order of their names, one answer of the store after the other."""
        with self._problems():
            pages = self._client.get_paginator("list_objects_v2")
            size = {"PageSize": LISTED_AT_ONCE}
            for page in pages.paginate(Bucket=self.bucket_name, PaginationConfig=size):
                for entry in page.get("Contents", []):
                    yield StoredFile(entry["Key"], entry["Size"], entry["LastModified"])

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]  # of bytes
        # Bytes, and no file: boto3 takes a short read for the end of a file.
        with self._asking(name):
            self._client.put_object(Bucket=self.bucket_name, Key=name, Body=content.read())
        return name

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]  # of bytes
        with self._asking(name):
            answer = self._client.get_object(Bucket=self.bucket_name, Key=name)
            # Raises when the connection ends before Content-Length.
            return ContentFile(answer["Body"].read(), name)

    @cached_property
    def _client(self) -> Any:
        """One for all threads, unlike the connections of django-storages: each would cost 10 MB."""
        return self._new_client(CONFIG)

    @cached_property
    def _quick_client(self) -> Any:
        return self._new_client(QUICK)

    def _new_client(self, config: Config) -> Any:
        return self._create_session().client(
            "s3", region_name=self.region_name, endpoint_url=self.endpoint_url, config=config
        )

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        """Ask the store about a file; at once ``StoreAway`` when it was away a moment ago."""
        if self._again_at is not None:
            if time.monotonic() < self._again_at:
                raise StoreAway("The file store was away a moment ago.")
            self.check()
        with self._problems(name):
            yield

    @contextmanager
    def _problems(self, name: str = "") -> Iterator[None]:
        """Turn what boto3 raises into ``FileNotFoundError`` and ``StoreAway``, which name neither key nor secret."""
        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            # An answer to HEAD has no body that could say more than 404.
            if name and code in ("NoSuchKey", "404"):
                raise FileNotFoundError(f"No private file {name}.") from None
            raise StoreAway(f"The file store refuses: {code}.") from error
        except BotoCoreError as error:
            self._again_at = time.monotonic() + PAUSE_SECONDS
            raise StoreAway(f"The file store is away: {type(error).__name__}.") from error
