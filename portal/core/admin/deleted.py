"""Page for a row that was deleted while its admin page was open: who did it and when, and what was typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.admin import conflicts
from portal.core.localisation import desk_formats

# Label and text of what a page posted for a field, and whether that differs from what the page had shown.
type TypedField = tuple[str, str, bool]

# What a page posts to be shown again as the page of a new row.
AGAIN = "_again"


@dataclass(frozen=True)
class Deletion:
    """What somebody deleted, as the admin wrote it down."""

    what: str
    who: str
    ago: str
    moment: str


def deletion_of(model: type[Model], key: str, reader: Any) -> Deletion | None:
    """Return who deleted a row last, in words for ``reader``; None when nobody wrote it down."""
    kind = ContentType.objects.get_for_model(model)
    entries = LogEntry.objects.filter(content_type=kind, object_id=key, action_flag=DELETION)
    last = entries.select_related("user").order_by("-action_time").first()
    if last is None:
        return None
    who = _("You") if last.user_id == reader.pk else str(last.user)
    return Deletion(last.object_repr, who, desk_formats.ago(last.action_time), desk_formats.moment(last.action_time))


def page(page_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return 410 with everything that was typed. Raises ``Http404`` for a row that nobody knows of."""
    opts = page_admin.opts
    deletion = deletion_of(page_admin.model, unquote(object_id), request.user)
    if deletion is None and request.method != "POST":
        raise Http404
    is_change = request.method == "POST" and request.resolver_match.url_name.endswith("_change")  # type: ignore[union-attr]  # a page of the admin
    typed = list(_typed(page_admin, request)) if is_change else []
    name = f"admin:{opts.app_label}_{opts.model_name}"
    goes_again = is_change and page_admin.is_whole_page(request) and page_admin.has_add_permission(request)
    context = {
        **page_admin.admin_site.each_context(request),
        "title": _("Deleted %(kind)s") % {"kind": opts.verbose_name},
        "kind": opts.verbose_name,
        "kinds": opts.verbose_name_plural,
        "deletion": deletion,
        "is_change": is_change,
        "changed": [(label, text) for label, text, is_changed in typed if is_changed],
        "unchanged": [(label, text) for label, text, is_changed in typed if not is_changed],
        "again": _as_new(page_admin, request) if goes_again else [],
        "add_address": reverse(f"{name}_add"),
        "list_address": reverse(f"{name}_changelist"),
    }
    return render(request, "admin/core/deleted.html", context, status=410)


def missing(page_admin: Any, request: HttpRequest, chosen: set[str], listed: int) -> list[str]:
    """Say which of the chosen rows of a list are deleted, by whom and when, and how many have left it otherwise."""
    there = page_admin.model._base_manager.filter(pk__in=chosen).values_list("pk", flat=True)
    gone = sorted(chosen - {str(pk) for pk in there}, key=int)
    sentences = [_sentence(page_admin, deletion_of(page_admin.model, key, request.user)) for key in gone]
    if left := len(chosen) - len(gone) - listed:
        sentences.append(
            ngettext(
                "%(number)d row that you chose is not in this list any more: somebody changed what the filters look at.",
                "%(number)d rows that you chose are not in this list any more: somebody changed what the filters look at.",
                left,
            )
            % {"number": left}
        )
    return sentences


def _sentence(page_admin: Any, deletion: Deletion | None) -> str:
    if deletion is None:
        return _("A %(kind)s that you chose is not here any more.") % {"kind": page_admin.opts.verbose_name}
    about = {"who": deletion.who, "what": deletion.what, "ago": deletion.ago}
    return _("%(who)s deleted “%(what)s” %(ago)s.") % about


def _typed(page_admin: Any, request: HttpRequest) -> Iterator[TypedField]:
    form, formsets = page_admin.page_forms(request, None)
    _opened, before = conflicts.read_fingerprint(request.POST.get(conflicts.CONTROL, ""))
    yield from _typed_in(form, "", before.get(conflicts.PAGE, {}))
    for formset in formsets:
        kind = capfirst(str(formset.model._meta.verbose_name))
        for number, row in enumerate(formset.forms, start=1):
            if not row.data.get(row.add_prefix("DELETE")):
                known = before.get(conflicts.row_name(formset, row), {})
                yield from _typed_in(row, f"{kind} {number}: ", known)


def _typed_in(form: Any, place: str, before: dict[str, str]) -> Iterator[TypedField]:
    form.full_clean()
    for bound in form:
        if isinstance(bound.field.widget, forms.PasswordInput):
            continue
        label = f"{place}{bound.label}"
        if isinstance(bound.data, UploadedFile):
            yield label, _("%(file)s (choose the file again)") % {"file": bound.data.name}, True
        elif bound.name in conflicts.field_names(form):
            text = conflicts.in_words(form, bound.name, bound.data)
            if text:
                yield label, text, conflicts.is_typed(form, bound.name, before)


def _as_new(page_admin: Any, request: HttpRequest) -> list[tuple[str, str]]:
    """Return what a page posted as the page of a new row would post it: no keys, and every row inside it new."""
    data: QueryDict = request.POST.copy()
    for formset in page_admin.page_forms(request, None)[1]:
        data[f"{formset.prefix}-INITIAL_FORMS"] = "0"
        for row in formset.forms:
            for name in (formset.model._meta.pk.name, formset.fk.name):
                data.pop(row.add_prefix(name), None)
    posted = [(name, text) for name, values in data.lists() for text in values]
    # Names like _save and _version are buttons, and the fingerprint of the page that is gone.
    return [(name, text) for name, text in posted if not name.startswith("_") and name != "csrfmiddlewaretoken"]
