"""Base classes of admin pages."""

import copy
from typing import Any

from django.contrib import messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from portal.core.admin import conflicts, deleted
from portal.core.admin.forms import PortalModelForm, sentence_of
from portal.core.localisation import desk_formats


class PortalChangeList(ChangeList):  # type: ignore[misc]  # Unfold has no types
    """A list of the admin that can say why nothing is in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django would say "Select … to change", which no other language can decline.
        self.title = capfirst(self.opts.verbose_name_plural)

    def narrowed_by(self) -> list[str]:
        """Return what leaves rows out, in words: the search, and each filter that is set."""
        filters = []
        if self.query:
            filters.append(_("search: %(words)s") % {"words": self.model_admin.searched_for(self.query)})
        for spec in self.filter_specs:
            if any(name in self.params for name in spec.expected_parameters()):
                chosen = [str(choice["display"]) for choice in spec.choices(self) if choice.get("selected")]
                filters.append(f"{spec.title}: {', '.join(chosen) or _('what stands in the address')}")
        if self.date_hierarchy and any(name.startswith(f"{self.date_hierarchy}__") for name in self.params):
            filters.append(_("the days chosen above the list"))
        return filters or ([_("what stands in the address")] if self.has_active_filters or self.page_num > 1 else [])


class PortalAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """A page of the admin: no bulk actions, no editing in lists, a warning before typed text is lost.

    What somebody else saved since a page was opened is never overwritten without a word, and what the
    database refuses costs nothing that was typed.
    """

    form = PortalModelForm
    warn_unsaved_form = True
    view_on_site = False
    list_per_page = 50
    # Django would count the whole table too, to say how many rows the filters leave out.
    show_full_result_count = False
    change_form_before_template = "admin/core/conflict.html"
    # What would be in the list, and where it comes from: said while nothing is there.
    empty_list: str | Promise

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        return {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PortalChangeList]:
        return PortalChangeList

    def searched_for(self, query: str) -> str:
        """Return what somebody searched for, as a list may show it."""
        return _("“%(query)s”") % {"query": query}

    def is_whole_page(self, request: HttpRequest) -> bool:
        """Whether a page of this request shows all that a new row needs."""
        return True

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        return deleted.page(self, request, object_id)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], action_location: Any = ActionLocation.CHANGE_LIST
    ) -> HttpResponse | None:
        """Do what a list was asked for, with the rows that are still there; say which are not."""
        chosen = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
        if not all(key.isdecimal() for key in chosen):
            raise BadRequest(_("A row of a list is chosen by its number."))
        if request.POST.get("select_across") != "1":
            listed = queryset.filter(pk__in=chosen).count()
            for sentence in deleted.missing(self, request, chosen, listed):
                messages.warning(request, sentence)
            if not listed:
                messages.error(request, _("Nothing is done: none of the rows that you chose is in this list any more."))
                return None
        response: HttpResponse | None = super().response_action(request, queryset, action_location)
        return response

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows inside a page; who deletes one that has a page of its own stands in the log of that row too."""
        if self.admin_site.is_registered(formset.model):
            gone = [row.instance for row in getattr(formset, "deleted_forms", []) if row.instance.pk]
            self.log_deletions(request, gone)
        super().save_formset(request, form, formset, change)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response: HttpResponse
        if request.method != "POST":
            response = super().changeform_view(request, object_id, form_url, extra_context)
            return response
        context = {**(extra_context or {})}
        if object_id is None and deleted.AGAIN in request.POST:
            self._refuse(request, _("Not saved yet: look through it, then save."))
        try:
            with transaction.atomic():
                # A post without a fingerprint comes from no page of ours: there is nothing to compare.
                if object_id is not None and conflicts.CONTROL in request.POST:
                    context |= self._compare(request, object_id)
                response = super().changeform_view(request, object_id, form_url, context)
        except IntegrityError as error:
            self._refuse(request, sentence_of(error))
            response = super().changeform_view(request, object_id, form_url, context)
        if "conflict" in context:
            response.status_code = 409
        return response

    def _refuse(self, request: HttpRequest, sentence: str) -> None:
        """Let the form of this request save nothing, and say why."""
        request._refusal = sentence  # type: ignore[attr-defined]  # for the form of this request
        _rewind(request)

    def _compare(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        """Return the fingerprint that a page goes on with, and the conflict when somebody else saved it meanwhile."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_change_permission(request, obj):
            return {}
        reader = copy.copy(request)
        # The forms of a GET are unbound: they hold what is stored.
        reader.method = "GET"
        conflicts.lock(obj, self.page_forms(reader, obj)[1])
        # Read again: it may have changed, or gone, while the lock was waited for.
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return {}
        stored = self.page_forms(reader, obj)
        conflict_and_data = conflicts.find(request, stored, self.page_forms(request, obj))
        _rewind(request)
        if conflict_and_data is None:
            return {"fingerprint": request.POST.get(conflicts.CONTROL, "")}
        conflict, request.POST = conflict_and_data  # type: ignore[assignment]  # what was typed, beside what was saved meanwhile
        self._refuse(request, _("Not saved yet: compare above, then save again."))
        ago = desk_formats.ago(conflict.at) if conflict.at else ""
        return {"fingerprint": conflicts.fingerprint(*stored), "conflict": conflict, "ago": ago}

    def page_forms(self, request: HttpRequest, obj: Any) -> tuple[Any, list[Any]]:
        """Return the form of a page and the form sets inside it; bound for a POST, of a new row for None."""
        is_change = obj is not None
        form_class = self.get_form(request, obj, change=is_change)
        typed = (request.POST, request.FILES) if request.method == "POST" else ()
        form = form_class(*typed, instance=obj)
        return form, self._create_formsets(request, form.instance, change=is_change)[0]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form_class = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "_refusal", None)
        if refusal is None:
            return form_class

        class Refused(form_class):  # type: ignore[misc,valid-type]  # a class of this request
            def clean(self) -> Any:
                data = super().clean()
                self.add_error(None, refusal)
                return data

        return Refused

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if "fingerprint" not in context and context.get("original") is not None:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["fingerprint"] = conflicts.fingerprint(context["adminform"].form, formsets)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response


def _rewind(request: HttpRequest) -> None:
    """Let the next form read the files of a request from their beginning."""
    for _name, files in request.FILES.lists():
        for file in files:
            file.seek(0)


class PortalTabularInline(TabularInline):  # type: ignore[misc]  # Unfold has no types
    """Rows inside a page, one below the other."""

    form = PortalModelForm
    extra = 0
    tab = True


class ReadOnlyAdmin(PortalAdmin):
    """Rows that the admin shows and never writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
