"""Records of loaded content files, so that a later load knows what an editor has changed since."""

from django.db import models


class LoadedContent(models.Model):
    """One row that was loaded from a file: hashes of what the file said and of what it became."""

    key = models.CharField(max_length=200, unique=True)
    source_hash = models.CharField(max_length=64)
    state_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "loaded content"

    def __str__(self) -> str:
        return self.key
