"""Support packages: tiers and what each contains, as structured lines."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests.enums import LineValue

LAST_CALL_DAY = 365


def validate_days(text: str) -> None:
    """Raise ``ValidationError`` unless a text is days between 1 and 365."""
    try:
        wrong = [day for day in days(text) if not 1 <= day <= LAST_CALL_DAY]
    except ValueError:
        wrong = [0]
    if wrong:
        raise ValidationError(_("Enter days between 1 and 365, like 7, 30, 90."))


class SupportPackage(models.Model):
    """A tier of help. Its price is on request until an amount is stated."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    summary = models.CharField(_("summary"), max_length=250, blank=True)
    never_included = models.TextField(
        _("never included"), blank=True, help_text=_("One a line; printed on every card.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_published = models.BooleanField(_("is published"), default=True)

    class Meta:
        verbose_name = _("support package")
        verbose_name_plural = _("support packages")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def exclusions(self) -> list[str]:
        """What is never included, line by line."""
        return exclusions(self.never_included or "")


class PackageLine(models.Model):
    """A line that packages are compared by."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("package line")
        verbose_name_plural = _("package lines")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return str(self.name)


class PackageTerm(models.Model):
    """What one package says about one line: a value and, where needed, a few words."""

    package = models.ForeignKey(
        SupportPackage, verbose_name=_("package"), on_delete=models.CASCADE, related_name="terms"
    )
    line = models.ForeignKey(PackageLine, verbose_name=_("line"), on_delete=models.CASCADE, related_name="terms")
    value = models.CharField(_("value"), max_length=12, choices=LineValue)
    detail = models.CharField(_("detail"), max_length=150, blank=True)
    call_days = models.CharField(
        _("calls after the return"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        validators=[validate_days],
        help_text=_("So many days after the day home we call, with commas between: 7, 30, 90."),
    )

    class Meta:
        verbose_name = _("package term")
        verbose_name_plural = _("package terms")
        ordering = ["line__order", "line__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["package", "line"],
                name="one_term_of_a_line",
                violation_error_code="line",
                violation_error_message=_("The package says something about this line already. Change that row."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.package} – {self.line}"


def days(text: str) -> list[int]:
    """Return the days that a text lists, in order; raises ``ValueError``."""
    return sorted({int(part) for part in text.split(",") if part.strip()})


def exclusions(text: str) -> list[str]:
    """Split what is never included into its lines."""
    return [line.strip() for line in text.splitlines() if line.strip()]
