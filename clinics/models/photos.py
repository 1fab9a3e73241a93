"""Photographs of clinics and people, uploaded by editors."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from clinics.enums import PhotoState
from clinics.models.clinics import Clinic
from clinics.models.people import CareAssistant, Doctor

OWNERS = ("clinic", "doctor", "care_assistant")
# A photograph of nobody in the directory: the row that has it, a coordinator's, names it.
IS_PORTRAIT = models.Q(**{f"{owner}__isnull": True for owner in OWNERS})


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reads of photographs."""

    def prepared(self) -> "PhotoQuerySet":
        """Photographs with variants, also while a file waits to take their place."""
        return self.exclude(variants=[])

    def ready(self) -> "PhotoQuerySet":
        """Photographs with variants, and with alternative text in every live language."""
        names = [build_localized_fieldname("alternative_text", code) for code in settings.LIVE_LANGUAGES]
        # Greater than nothing: neither null nor empty.
        return self.prepared().filter(**{f"{name}__gt": "" for name in names})

    def public(self) -> "PhotoQuerySet":
        """Ready photographs of what is published, and portraits."""
        is_published = models.Q(*((f"{owner}__is_published", True) for owner in OWNERS), _connector=models.Q.OR)
        return self.ready().filter(is_published | IS_PORTRAIT)


class Photo(models.Model):
    """A real photograph with alternative text; the focal point is in percent of width and height.

    It shows a clinic or somebody of the directory, or it is a portrait that a row of another app names.

    ``original`` names a private file, byte for byte as uploaded. ``variants`` are what visitors get,
    narrowest first: ``[{"width": 640, "height": 480, "files": {"avif": name, "webp": name, "jpeg": name}}]``.
    ``problem`` is the sentence for editors of the newest file, if it could not be prepared. While a new
    file waits for its variants, ``variants`` are those of the file before, whose name is ``replaces``;
    when the new one is refused, that file is the original again.
    """

    clinic = models.ForeignKey(
        Clinic, null=True, blank=True, on_delete=models.CASCADE, related_name="photos", verbose_name=_("clinic")
    )
    doctor = models.ForeignKey(
        Doctor, null=True, blank=True, on_delete=models.CASCADE, related_name="photos", verbose_name=_("doctor")
    )
    care_assistant = models.ForeignKey(
        CareAssistant,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="photos",
        verbose_name=_("care assistant"),
    )
    original = models.CharField(max_length=40, editable=False)
    replaces = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    variants = models.JSONField(default=list, blank=True, editable=False)
    state = models.CharField(max_length=8, choices=PhotoState, default=PhotoState.WAITING, editable=False)
    problem = models.CharField(max_length=200, blank=True, editable=False)
    alternative_text = models.CharField(_("alternative text"), max_length=200)
    focal_x = models.PositiveSmallIntegerField(_("focal point from the left, in percent"), default=50)
    focal_y = models.PositiveSmallIntegerField(_("focal point from the top, in percent"), default=50)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100),
                name="focal_point_inside_the_picture",
                violation_error_code="focal_x",
                violation_error_message=_("The focal point lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=models.Q(clinic__isnull=False, doctor=None, care_assistant=None)
                | models.Q(clinic=None, doctor__isnull=False, care_assistant=None)
                | models.Q(clinic=None, doctor=None, care_assistant__isnull=False)
                | IS_PORTRAIT,
                name="photo_shows_one",
                violation_error_code="clinic",
                violation_error_message=_(
                    "A photograph shows one clinic, one doctor or one care assistant, not two of them."
                ),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Photo %(number)s") % {"number": self.pk}
