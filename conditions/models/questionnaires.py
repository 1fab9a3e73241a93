"""Questionnaires: what patients are asked, everybody the core and the patients of a condition its own part.

The rows are the draft; patients are asked what an edition froze.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conditions.enums import QuestionKind
from conditions.models.conditions import Condition, PublishedText
from conditions.models.editions import FrozenContent

CORE = "core"


class Questionnaire(models.Model):
    """The questions to the patients of one condition, or without a condition those to everybody.

    ``code`` is the slug of the condition, or ``core``: the name of its file and of its editions.
    """

    code = models.SlugField(_("code"), unique=True, editable=False)
    condition = models.OneToOneField(
        Condition,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="questionnaire",
        verbose_name=_("condition"),
        error_messages={"unique": _("This condition has a questionnaire already. Change that one.")},
    )

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = [models.F("condition").asc(nulls_first=True)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code=CORE, condition=None)
                | (~models.Q(code=CORE) & models.Q(condition__isnull=False)),
                name="questionnaire_core_or_of_a_condition",
                violation_error_code="condition",
                violation_error_message=_("Select a condition: there is one core for everybody."),
            )
        ]

    def __str__(self) -> str:
        return str(self.condition) if self.condition else str(_("Questions to everybody"))


class QuestionnaireQuestion(models.Model):
    """One question to a patient, with why it is asked and what may be answered.

    ``choices`` and ``columns`` hold one ``code = words`` a line; a column of months has ``code month = words``.
    ``asked_if`` is the code of an earlier question, ``asked_if_answer`` the codes of its answers, with commas.
    """

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.CASCADE, related_name="questions", verbose_name=_("questionnaire")
    )
    code = models.SlugField(
        _("code"),
        unique=True,
        help_text=_("What answers are filed under. Keep it: a new code is another question."),
        error_messages={"unique": _("Another question has this code. Enter another one.")},
    )
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    asked_if = models.SlugField(
        _("asked only after"), blank=True, help_text=_("The code of an earlier question. Empty: asked of everybody.")
    )
    asked_if_answer = models.CharField(
        _("and only for the answers"),
        max_length=200,
        blank=True,
        help_text=_("Codes of its answers, with commas: yes, no."),
    )
    minimum = models.DecimalField(_("at least"), max_digits=9, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("at most"), max_digits=9, decimal_places=2, null=True, blank=True)
    source = models.PositiveSmallIntegerField(
        _("number of the source"), null=True, blank=True, help_text=_("What says that doctors decide something by it.")
    )
    text = models.CharField(_("question"), max_length=250)
    help = models.CharField(_("hint"), max_length=300, blank=True, help_text=_("One sentence below the question."))
    choices = models.TextField(
        _("answers"), blank=True, help_text=_("One a line: code = what patients read. The codes are those in English.")
    )
    columns = models.TextField(
        _("columns"), blank=True, help_text=_("One a line: code = what patients read; for a month: code month = words.")
    )
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    decides = models.TextField(
        _("what doctors decide by it"),
        blank=True,
        help_text=_("One or two sentences. Patients read it as “Why we ask”."),
    )

    class Meta:
        verbose_name = _("question to patients")
        verbose_name_plural = _("questions to patients")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minimum=None) | models.Q(maximum=None) | models.Q(maximum__gte=models.F("minimum")),
                name="questionnaire_question_limits_in_order",
                violation_error_code="maximum",
                violation_error_message=_("Enter an upper limit that is not below the lower one."),
            )
        ]

    def __str__(self) -> str:
        return str(self.text)


class QuestionnaireSource(PublishedText):
    """A published text that says why a question matters."""

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.CASCADE, related_name="sources", verbose_name=_("questionnaire")
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "number"],
                name="source_number_in_questionnaire",
                violation_error_code="number",
                violation_error_message=_("Another source of this questionnaire has this number. Enter another one."),
            )
        ]


class QuestionnaireEditionQuerySet(models.QuerySet["QuestionnaireEdition"]):
    """Reads of editions of questionnaires."""

    def current(self) -> "QuestionnaireEditionQuerySet":
        """The newest edition of each questionnaire and language that is not withdrawn."""
        newer = QuestionnaireEdition.objects.filter(
            questionnaire=models.OuterRef("questionnaire"),
            language=models.OuterRef("language"),
            number__gt=models.OuterRef("number"),
            withdrawn_at=None,
        )
        return self.filter(~models.Exists(newer), withdrawn_at=None)


class QuestionnaireEdition(FrozenContent):
    """What patients are asked in one language, which never changes. Answers name it: ``core/en/3``."""

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="editions", verbose_name=_("questionnaire")
    )

    objects = QuestionnaireEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of a questionnaire")
        verbose_name_plural = _("editions of questionnaires")
        ordering = ["questionnaire", "language", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "language", "number"],
                name="questionnaire_edition_number_in_language",
                violation_error_code="number",
                violation_error_message=_(
                    "This questionnaire has an edition with this number in this language already."
                ),
            )
        ]
