"""Admin pages of mail files: what the embedded default writes in place of a mail server."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from unfold.views import UnfoldSiteViewMixin

# Comes from the address: nothing in it leads to another folder.
NAME = re.compile(r"[0-9A-Za-z.-]{1,120}\.eml")
SHOWN = 200


@dataclass(frozen=True)
class MailFile:
    """The head of one mail file."""

    name: str
    subject: str
    to: str
    date: datetime | None

    @classmethod
    def of(cls, path: Path) -> "MailFile":
        """Read the head of a file."""
        with path.open("rb") as file:
            head = BytesHeaderParser(policy=policy.default).parse(file)
        date = head["Date"].datetime if head["Date"] else None
        return cls(path.name, str(head["Subject"] or ""), str(head["To"] or ""), date)


def files() -> list[MailFile]:
    """Return the newest mail files, newest first."""
    if not settings.MAIL_DIR.is_dir():
        return []
    paths = sorted(settings.MAIL_DIR.glob("*.eml"), reverse=True)
    return [MailFile.of(path) for path in paths[:SHOWN]]


def read(name: str) -> tuple[MailFile, str, str]:
    """Return head, plain text and HTML of one mail; raises ``Http404``."""
    path = settings.MAIL_DIR / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise Http404
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    return MailFile.of(path), _part(message, "plain"), _part(message, "html")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


class EmbeddedOnly(UnfoldSiteViewMixin, TemplateView):  # type: ignore[misc]  # Unfold has no types
    """A page that exists in the embedded default alone, for those who may see the outbox."""

    permission_required = "core.view_outboxitem"
    raise_exception = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.EMBEDDED:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class MailList(EmbeddedOnly):
    """The mail files, newest first."""

    title = _("Mail files")
    template_name = "admin/core/mail_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "mails": files(), "folder": settings.MAIL_DIR.name}


class MailPage(EmbeddedOnly):
    """One mail: its text, and its HTML in a frame that runs nothing."""

    title = _("Mail")
    template_name = "admin/core/mail_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mail, text, html = read(kwargs["name"])
        return {**super().get_context_data(**kwargs), "mail": mail, "text": text, "html": html}
