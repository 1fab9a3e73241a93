"""Cases of which somebody reads the medical part, to answer a question."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.encryption.fields import EncryptedTextField
from requests.models.cases import Case, OfCase
from requests.models.documents import Document


class CaseReview(OfCase):
    """The medical part of a case, shared with a reviewer for one question until it is answered or taken back."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    question = EncryptedTextField()
    documents = models.ManyToManyField(Document, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True, editable=False)

    class Meta(OfCase.Meta):
        verbose_name = _("case review")
        verbose_name_plural = _("case reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reviewer"],
                condition=models.Q(ended_at=None),
                name="case_shared_once_with_a_reviewer",
                violation_error_code="reviewer",
                violation_error_message="This reviewer has the case already.",
            )
        ]
