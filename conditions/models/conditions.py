"""A condition and the parts of its page. These rows are the draft; the public sees Editions."""

from django.db import models
from django.urls import reverse

from conditions.enums import SectionKind
from conditions.models.areas import Area
from conditions.models.prices import Procedure


class Condition(models.Model):
    """An illness with a page of its own."""

    slug = models.SlugField(unique=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="conditions")
    icd10 = models.CharField("ICD-10 code", max_length=10, blank=True)
    name = models.CharField(max_length=65)
    plain_name = models.CharField(max_length=120, blank=True)
    synonyms = models.TextField(blank=True, help_text="One a line.")
    summary = models.TextField(blank=True, help_text="Two sentences.")
    key_facts = models.TextField(blank=True, help_text="One a line, with citations such as [2].")
    glossary = models.TextField(
        blank=True, help_text="One a line: term = what it means. Explained where it first stands."
    )
    search_words = models.TextField(
        blank=True,
        help_text="One a line, the best name first: what people type. A language without a page is found by them too.",
    )
    search_note = models.CharField(
        max_length=200, blank=True, help_text="Printed with the result: which illness this is not."
    )
    related = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="related_from")
    written_by = models.CharField(max_length=120, blank=True)
    written_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("front:condition", args=[self.slug])


class Section(models.Model):
    """One typed part of the text."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=20, choices=SectionKind)
    heading = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True, help_text="Markdown, with citations such as [2].")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "kind"],
                condition=~models.Q(kind="custom"),
                name="one_section_of_a_kind",
                violation_error_code="kind",
                violation_error_message="This condition has a section of this kind already. Change that one.",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Treatment(models.Model):
    """A method of treatment for a condition."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="treatments")
    slug = models.SlugField()
    name = models.CharField(max_length=80)
    how = models.TextField("how it works", blank=True)
    suits = models.TextField("whom it suits", blank=True)
    benefits = models.TextField(blank=True)
    risks = models.TextField(blank=True)
    stay = models.TextField("stay in hospital", blank=True)
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="treatments")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "slug"],
                name="treatment_slug_in_condition",
                violation_error_code="slug",
                violation_error_message="Another treatment of this condition has this address. Enter another one.",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class Question(models.Model):
    """A question to ask the doctor."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return str(self.text)


class Source(models.Model):
    """A published text that was read for a page; cited by its number."""

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="sources")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=250)
    publisher = models.CharField(max_length=150, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    url = models.URLField("address", max_length=400)
    checked_on = models.DateField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "number"],
                name="source_number_in_condition",
                violation_error_code="number",
                violation_error_message="Another source of this condition has this number. Enter another one.",
            )
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"
