"""Texts of consents, as pages showed them."""

import hashlib
from functools import lru_cache

from django.db import models
from django.utils import timezone

from portal.core.text.markdown import to_html
from requests.enums import Purpose
from requests.models.audit import AppendOnly


class ConsentText(AppendOnly):
    """Words that people agreed to, and their hash: the title, an empty line, the body in Markdown.

    A row holds the name of the operator as it was, and stays when that or the wording changes.
    """

    sha256 = models.CharField("SHA-256 of the words", max_length=64, primary_key=True, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose)
    version = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    text = models.TextField("words")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["purpose", "version", "language", "created_at"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version} {self.language}"

    @property
    def title(self) -> str:
        """The line above the words."""
        return self.text.partition("\n\n")[0]

    @property
    def html(self) -> str:
        """The words below the title, as safe HTML."""
        return _html(self.text.partition("\n\n")[2], self.language)

    @property
    def is_intact(self) -> bool:
        """Whether the words are those whose hash was recorded."""
        return sha256(self.text) == self.sha256


@lru_cache(maxsize=64)
def _html(markdown: str, language: str) -> str:
    """Return the HTML of a text; a process shows few, and those with every form."""
    return to_html(markdown, language)


def sha256(text: str) -> str:
    """Return the hash of the words of a consent, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()
