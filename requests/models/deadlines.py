"""Model of the deadline of answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Deadline(models.Model):
    """How long an answer to a patient may take, in working hours of the team. There is one row."""

    working_hours = models.DecimalField(_("working hours"), max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["pk"]

    def __str__(self) -> str:
        return _("%(number)s h") % {"number": self.working_hours}
