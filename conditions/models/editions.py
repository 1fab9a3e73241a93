"""Editions: what the public sees of a condition, frozen, and the HTML that is made of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conditions.models.areas import Area
from conditions.models.conditions import Condition
from portal.core.localisation import desk_formats, formats
from portal.core.text.markdown import without_citations


class FrozenContent(models.Model):
    """Published content in one language, which never changes; what it belongs to says who inherits this."""

    language = models.CharField(_("language"), max_length=10)
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField()
    change_note = models.CharField(_("change note"), max_length=200, blank=True)
    gate = models.JSONField(default=list)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        language = formats.language_name(self.language, desk_formats.language())
        return gettext("Edition %(number)s, %(language)s") % {"number": self.number, "language": language}


class EditionQuerySet(models.QuerySet["Edition"]):
    """Reads of editions."""

    def current(self) -> "EditionQuerySet":
        """The newest edition of each condition and language that is not withdrawn."""
        newer = Edition.objects.filter(
            condition=models.OuterRef("condition"),
            language=models.OuterRef("language"),
            number__gt=models.OuterRef("number"),
            withdrawn_at=None,
        )
        return self.filter(~models.Exists(newer), withdrawn_at=None)


class Edition(FrozenContent):
    """Published content of a condition in one language, which never changes.

    From ``name`` to ``area`` stands what lists and the head of the page show, taken out of the content by
    ``list_columns``. All of it is null in a row that the release before has inserted: readers derive it then.
    """

    condition = models.ForeignKey(
        Condition, on_delete=models.PROTECT, related_name="editions", verbose_name=_("condition")
    )
    name = models.TextField(null=True, editable=False)
    plain_name = models.TextField(null=True, editable=False)
    synonyms = models.JSONField(null=True, editable=False)
    summary = models.TextField(null=True, editable=False)
    icd10 = models.CharField(max_length=10, null=True, editable=False)
    related = models.JSONField(null=True, editable=False)
    reviewed_by = models.TextField(null=True, editable=False)
    next_review_on = models.DateField(null=True, editable=False)
    area = models.ForeignKey(Area, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["condition", "language", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "language", "number"],
                name="edition_number_in_language",
                violation_error_code="number",
                violation_error_message=_("This condition has an edition with this number in this language already."),
            )
        ]


def list_columns(content: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that repeat what an edition froze, without its area."""
    return {
        "name": content["name"],
        "plain_name": content["plain_name"],
        "synonyms": content["synonyms"],
        "summary": without_citations(content["summary"]["text"]),
        "icd10": content["icd10"],
        "related": content["related"],
        "reviewed_by": content.get("reviewed_by") or "",
        "next_review_on": parse_date(content["next_review_on"]),
    }


class EditionHtml(models.Model):
    """The finished HTML of an edition for the readers of one language, by the names of its parts.

    ``design`` says what it was made with (conditions.edition_html.design); made with anything else it is stale,
    and readers get the page rendered live until ``render_editions`` has made it anew. ``languages`` are the live ones
    that have an edition of their own, as the switcher orders them.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="html")
    language = models.CharField(max_length=10)
    design = models.CharField(max_length=64)
    head = models.TextField()
    contents = models.TextField()
    article = models.TextField()
    sources = models.TextField()
    made = models.TextField()
    # The release before inserts rows without these; they have another design, so nobody reads them.
    languages = models.JSONField(default=list, db_default=[])
    ask = models.TextField(db_default="")
    feedback = models.TextField(db_default="")
    web_page = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "language"],
                name="edition_html_of_a_language",
                violation_error_message="This edition has HTML for the readers of this language already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} for readers of {self.language}"
