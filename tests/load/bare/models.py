"""A page as one JSON row, what a form offers to choose from, and rows of the size that a request leaves."""

from django.db import models


class Page(models.Model):
    """Everything that a page shows."""

    content = models.JSONField()

    def __str__(self) -> str:
        return f"page {self.pk}"


class Choice(models.Model):
    """An illness, a treatment, a clinic or a package that a form offers."""

    kind = models.CharField(max_length=20)
    slug = models.SlugField()
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return str(self.name)


class Row(models.Model):
    """One of the rows of a request."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    country = models.CharField(max_length=2)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"row {self.pk}"
