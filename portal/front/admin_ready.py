"""Page of the admin that says whether the portal is ready to open; administrators confirm on it what it cannot see."""

import re
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext
from django.views import View

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.localisation import desk_formats
from portal.core.models import Attestation
from portal.core.monitoring import attestations
from portal.front.opening import facts, mail, report, texts
from portal.front.opening.forms import ConfirmForm, ConsentsReadForm
from portal.front.opening.results import Facts, State

CONSENTS = "consents"
# Names of the environment, commands, files and domains, which are the same in every language.
CODE = re.compile(
    r"(manage\.py [a-z_]+|bin/[\w-]+|requests/content/consents|\.env\b|--samples|p=[a-z]+|include:|\ba:"
    r"|\b[A-Z]+(?:_[A-Z]+)+\b|\bMIDDLEWARE\b|\b(?:cron|clamd|https|superuser)\b|(?<![\w.-])[\w.-]+\.[A-Za-z]{2,}\b)"
)
MARKS = {State.DONE: "ok", State.MISSING: "danger", State.UNKNOWN: ""}


def may_see(user: User) -> bool:
    """Whether somebody may see what is missing before the opening, and confirm things: administrators."""
    return user.is_active and user.is_staff and user.has_role(Role.ADMINISTRATOR)


class Ready(View):
    """Shows every check, and records what an administrator confirms."""

    admin_site: AdminSite | None = None
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_see(request.user):  # type: ignore[arg-type]  # staff, the site made sure
            raise PermissionDenied(pgettext("desk", "Only administrators see whether the portal is ready to open."))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        known = facts.read()
        return _page(request, known, ConsentsReadForm(texts.consent_texts(known)))

    def post(self, request: HttpRequest) -> HttpResponse:
        known = facts.read()
        if CONSENTS in request.POST:
            return _record_consents(request, known)
        form = ConfirmForm(request.POST)
        if (
            not form.is_valid()
            or report.attestable(known).get(form.cleaned_data["kind"]) != form.cleaned_data["fingerprint"]
        ):
            words = pgettext("desk", "Nothing was recorded: this has changed since the page was opened. Look again.")
            messages.error(request, words)
            return redirect("admin:front_ready")
        kind, seen = Attestation.Kind(form.cleaned_data["kind"]), form.cleaned_data["fingerprint"]
        # A second click changes nothing.
        if known.of(kind, seen) is None:
            attestations.record(kind, print_of=seen, by=request.user.pk)
        messages.success(request, pgettext("desk", "Recorded."))
        return redirect("admin:front_ready")


def _record_consents(request: HttpRequest, known: Facts) -> HttpResponse:
    form = ConsentsReadForm(texts.consent_texts(known), request.POST)
    if not form.is_valid():
        return _page(request, known, form)
    with transaction.atomic():
        for sha256 in form.cleaned_data["texts"]:
            attestations.record(
                Attestation.Kind.CONSENT,
                print_of=sha256,
                by=request.user.pk,
                lawyer=form.cleaned_data["lawyer"],
                done_on=form.cleaned_data["done_on"],
            )
    messages.success(request, pgettext("desk", "Recorded."))
    return redirect("admin:front_ready")


def _page(request: HttpRequest, known: Facts, form: ConsentsReadForm) -> HttpResponse:
    shown = report.groups(known)
    consents = texts.consent_texts(known)
    context = {
        **admin.site.each_context(request),
        "title": pgettext("desk", "Ready to open"),
        "groups": [(title, [_line(line) for line in lines]) for title, lines in shown],
        "missing": report.count_missing(shown),
        "lead": _with_code(
            pgettext(
                "desk",
                "What has to be there before the first patient comes. “manage.py ready” says the same. The portal asks nobody outside: what it cannot see you confirm, and it is missing again when what you confirmed changes.",
            )
        ),
        "dns_rows": [(row, _with_code(row.note)) for row in mail.dns_rows()],
        "form": form,
        "unread": [row for row in consents if row.read is None],
        "read": [(row, desk_formats.day(row.read.done_on)) for row in consents if row.read is not None],
    }
    return render(request, "admin/front/ready.html", context, status=422 if form.errors else 200)


def _line(line: report.Line) -> dict[str, Any]:
    """Return a line for the template: its mark, where it is done, and what may be confirmed."""
    state = State(line.result.state)
    can_confirm = line.item.attests and line.result.fingerprint and state == State.MISSING
    return {
        "title": _with_code(str(line.item.title)),
        "mark": MARKS[state],
        "state": state.label,
        "result": line.result,
        "todo": _with_code(line.result.todo),
        "section": line.item.section,
        "url": reverse(f"admin:{line.item.page}") if line.item.page else "",
        "confirms": line.item.attests if can_confirm else "",
    }


def _with_code(sentence: str) -> SafeString:
    """Return a sentence as HTML, in which names that stay as they are stand in ``code``."""
    # Every second piece is one that the expression matched.
    pieces = [
        format_html("<code>{}</code>", piece) if number % 2 else piece
        for number, piece in enumerate(CODE.split(sentence))
    ]
    return format_html_join("", "{}", ((piece,) for piece in pieces))
