"""Messages between patient and coordinators, and internal notes."""

from django.conf import settings
from django.db import models

from portal.core.encryption.fields import EncryptedTextField
from requests.enums import Direction
from requests.models.cases import Case, OfCase


class Message(OfCase):
    """A message between the patient and us."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=12, choices=Direction)
    body = EncryptedTextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    form_token = models.CharField(max_length=64, unique=True, null=True, editable=False)


class Note(OfCase):
    """An internal note; a patient never sees it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    body = EncryptedTextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
