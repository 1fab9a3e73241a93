"""Reasons for which cases end, as data."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from requests.enums import DESK_NAMES, Status
from requests.workflow import ENDINGS


class EndReason(models.Model):
    """Why a case ends: a plain category of one ending. The patient does not see it."""

    # An event names it, and events hold UUIDs.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(_("code"), unique=True)
    ending = models.CharField(
        _("ending"), max_length=20, choices=[(ending.value, DESK_NAMES[ending]) for ending in ENDINGS]
    )
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("can be selected"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("reason of an ending")
        verbose_name_plural = _("reasons of endings")

    def __str__(self) -> str:
        return str(self.name)

    @classmethod
    def of(cls, ending: Status) -> models.QuerySet["EndReason"]:
        """Return the reasons that can be selected for an ending."""
        return cls.objects.filter(ending=ending, is_active=True)
