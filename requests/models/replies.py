"""Canned replies: texts that the desk writes often, in each language, with variables that a case fills."""

import hashlib
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from requests.models.tasks import new_public_id

ENGLISH = "en"
# What may stand in a text as {name}, and what it becomes.
VARIABLES = {
    "name": _("who wrote to us"),
    "papers": _("the papers that open tasks ask for"),
    "answer_by": _("by when we answer, in the patient’s time"),
    "link": _("the page of the case"),
    "clinic": _("the clinic of the case"),
    "coordinator": _("the owner of the case, as patients read the name"),
}
VARIABLE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")
# What a coordinator fills in by hand; no answer leaves with one.
GAP = re.compile(r"\[\[[^\[\]\n]+\]\]")
_BRACES = re.compile(r"\{[^{}\n]*\}|[{}]")


def check_variables(text: str) -> None:
    """Refuse a text with braces that are no variable; raises ``ValidationError``."""
    if unknown := dict.fromkeys(found for found in _BRACES.findall(text) if not VARIABLE.fullmatch(found)):
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        raise ValidationError(
            _("No variable: %(unknown)s. Use %(known)s, or [[words]] for what is filled in by hand.")
            % {"unknown": ", ".join(unknown), "known": known}
        )


def seen_by(user: object) -> models.Q:
    """Return the condition of a reply that somebody sees: everybody's, or the user's own and no colleague's."""
    return models.Q(owner=None) | models.Q(owner=user)


class CannedReply(models.Model):
    """A text that the desk writes often. Everybody's is used once an editor approved it, one's own at once.

    ``approvals`` holds the fingerprint of the approved text by language, so that a changed text is approved no more.
    """

    code = models.SlugField(_("code"), unique=True, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=120, help_text=_("What it is for. The patient does not see it."))
    body = models.TextField(_("text"), blank=True, validators=[check_variables])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="+"
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_offered = models.BooleanField(_("offered at the desk"), default=True)
    approvals = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return str(self.name)

    def text(self, language: str) -> str:
        """Return the text in one language, empty where nobody wrote it: no other language stands in for it."""
        return getattr(self, build_localized_fieldname("body", language)) or ""

    def fingerprint(self, language: str) -> str:
        """Return by what a text is known again, with the English one that coordinators read beside it."""
        # A form posts other line breaks than a file has.
        texts = (normalize_newlines(self.text(code)).strip() for code in (language, ENGLISH))
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()

    def is_approved(self, language: str) -> bool:
        """Whether an editor approved the text as it stands."""
        approved: str | None = self.approvals.get(language)
        return approved == self.fingerprint(language)

    def is_ready(self, language: str) -> bool:
        """Whether coordinators can use it in a language."""
        return bool(self.text(language)) and (self.owner_id is not None or self.is_approved(language))
