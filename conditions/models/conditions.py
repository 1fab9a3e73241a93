"""A condition and the parts of its page. These rows are the draft; the public sees Editions."""

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conditions.enums import SectionKind
from conditions.models.areas import Area
from conditions.models.prices import Procedure


class Condition(models.Model):
    """An illness with a page of its own."""

    slug = models.SlugField(_("slug"), unique=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="conditions", verbose_name=_("area"))
    icd10 = models.CharField(_("ICD-10 code"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=65)
    plain_name = models.CharField(_("plain name"), max_length=120, blank=True)
    synonyms = models.TextField(_("synonyms"), blank=True, help_text=_("One a line."))
    summary = models.TextField(_("summary"), blank=True, help_text=_("Two sentences."))
    key_facts = models.TextField(_("key facts"), blank=True, help_text=_("One a line, with citations such as [2]."))
    glossary = models.TextField(
        _("glossary"), blank=True, help_text=_("One a line: term = what it means. Explained where it first stands.")
    )
    search_words = models.TextField(
        _("search words"),
        blank=True,
        help_text=_(
            "One a line, the best name first: what people type. A language without a page is found by them too."
        ),
    )
    search_note = models.CharField(
        _("search note"), max_length=200, blank=True, help_text=_("Printed with the result: which illness this is not.")
    )
    related = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="related_from", verbose_name=_("related")
    )
    written_by = models.CharField(_("written by"), max_length=120, blank=True)
    written_on = models.DateField(_("written on"), null=True, blank=True)
    next_review_on = models.DateField(_("next review on"), null=True, blank=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("front:condition", args=[self.slug])


class Section(models.Model):
    """One typed part of the text."""

    condition = models.ForeignKey(
        Condition, on_delete=models.CASCADE, related_name="sections", verbose_name=_("condition")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=SectionKind)
    heading = models.CharField(_("heading"), max_length=80, blank=True)
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown, with citations such as [2]."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "kind"],
                condition=~models.Q(kind="custom"),
                name="one_section_of_a_kind",
                violation_error_code="kind",
                violation_error_message=_("This condition has a section of this kind already. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Treatment(models.Model):
    """A method of treatment for a condition."""

    condition = models.ForeignKey(
        Condition, on_delete=models.CASCADE, related_name="treatments", verbose_name=_("condition")
    )
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=80)
    how = models.TextField(_("how it works"), blank=True)
    suits = models.TextField(_("whom it suits"), blank=True)
    benefits = models.TextField(_("benefits"), blank=True)
    risks = models.TextField(_("risks"), blank=True)
    stay = models.TextField(_("stay in hospital"), blank=True)
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="treatments", verbose_name=_("procedures"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "slug"],
                name="treatment_slug_in_condition",
                violation_error_code="slug",
                violation_error_message=_("Another treatment of this condition has this address. Enter another one."),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class Question(models.Model):
    """A question to ask the doctor."""

    condition = models.ForeignKey(
        Condition, on_delete=models.CASCADE, related_name="questions", verbose_name=_("condition")
    )
    text = models.CharField(_("text"), max_length=200)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return str(self.text)


class DocumentNeed(models.Model):
    """A paper that helps to judge a case of this condition: an item of its checklist."""

    condition = models.ForeignKey(
        Condition, on_delete=models.CASCADE, related_name="document_needs", verbose_name=_("condition")
    )
    code = models.SlugField(
        _("code"), help_text=_("What papers of patients are filed under. Keep it: a new code is another paper.")
    )
    name = models.CharField(_("name"), max_length=120)
    reason = models.TextField(
        _("reason"),
        blank=True,
        help_text=_("Why it is needed, in one or two sentences with a citation such as [2]."),
    )
    how_to = models.TextField(
        _("how to get or send it"),
        blank=True,
        help_text=_("If it needs saying: that glass slides can be sent, what to ask for."),
    )
    max_age_days = models.PositiveSmallIntegerField(
        _("not older than, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Only where a source says so. Empty: of any age."),
    )
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("Without a tick readers are told: if you have it.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("paper of the checklist")
        verbose_name_plural = _("checklist of papers")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "code"],
                name="document_need_code_in_condition",
                violation_error_code="code",
                violation_error_message=_("Another paper of this condition has this code. Enter another one."),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class PublishedText(models.Model):
    """A text that somebody published and that was read for us; cited by its number."""

    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=250)
    publisher = models.CharField(_("publisher"), max_length=150, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=400)
    checked_on = models.DateField(_("checked on"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"


class Source(PublishedText):
    """A published text that was read for a page."""

    condition = models.ForeignKey(
        Condition, on_delete=models.CASCADE, related_name="sources", verbose_name=_("condition")
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "number"],
                name="source_number_in_condition",
                violation_error_code="number",
                violation_error_message=_("Another source of this condition has this number. Enter another one."),
            )
        ]
