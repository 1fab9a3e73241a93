"""Version of the directory."""

import uuid

from django.db import models


class DirectoryVersion(models.Model):
    """One row: another value whenever something changes that a list of the directory shows."""

    value = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.value)
