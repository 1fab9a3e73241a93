"""Photographs of clinics, uploaded by editors."""

from django.db import models

from clinics.models.clinics import Clinic


class Photo(models.Model):
    """A real photograph with alternative text; the focal point is in percent of width and height."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="photos")
    file = models.CharField(max_length=40)
    variants = models.JSONField(default=list, blank=True)
    alternative_text = models.CharField(max_length=200)
    focal_x = models.PositiveSmallIntegerField(default=50)
    focal_y = models.PositiveSmallIntegerField(default=50)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100), name="focal_point_inside_the_picture"
            )
        ]

    def __str__(self) -> str:
        return f"Photo {self.pk}"
