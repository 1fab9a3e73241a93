"""Corrections: what a fact of a case said before and after."""

from django.conf import settings
from django.db import models

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import Fact
from requests.models.cases import Case, OfCase


class Correction(OfCase):
    """One correction of a fact: who, when, the value before and the value after, sealed, as JSON of texts.

    Without an ``author`` it is the patient's own.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="corrections")
    fact = models.CharField(max_length=10, choices=Fact)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    before = EncryptedTextField()
    after = EncryptedTextField()
