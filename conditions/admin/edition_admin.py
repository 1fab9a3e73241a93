"""What the admin pages of both kinds of editions share: the list, the address of a comparison, and restoring."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display

from conditions.services.editions import EditionIsOld
from portal.core.admin.base import ReadOnlyAdmin
from portal.core.admin.languages import LanguageColumn

# What a list of editions says beside the name of what was published.
COLUMNS = ("language_name", "number", "change_note", "published_at", "published_by", "withdrawn_at", "compare_link")


class EditionAdminBase(LanguageColumn, ReadOnlyAdmin):
    """Admin of editions, which are read-only: their content never changes.

    A subclass says: ``draft``, the field that leads to the draft of an edition, ``related``, what its pages show of other
    tables, ``publish_again``, the service that restores; and it has ``compare``, the page of an edition, ``refuse``, the
    answer to a restore that came too late, and ``first``, what the list says where no edition was before.
    """

    draft: ClassVar[str]
    related: ClassVar[tuple[str, ...]]
    readonly_fields = ("language_name", "compare_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The content of an edition is 60 kB of JSON.
        editions: QuerySet[Any] = super().get_queryset(request).defer("content")
        return editions

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"conditions_{self.opts.model_name}"
        return [
            path("<int:pk>/compare/", view(require_safe(self.compare)), name=f"{name}_compare"),
            path("<int:pk>/restore/", view(require_POST(self.restore)), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("Compare"))
    def compare_link(self, edition: Any) -> SafeString | str:
        return self.first(edition) if edition.number == 1 else self.link(edition, _("with the one before"))

    def link(self, edition: Any, words: str) -> SafeString:
        """Return a link to the page of an edition beside the one before."""
        url = reverse(f"admin:conditions_{self.opts.model_name}_compare", args=[edition.pk])
        return format_html('<a class="desk-link desk-nowrap" href="{}">{}</a>', url, words)

    def restore(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish an older edition again."""
        edition, known = self.edition(request, pk), request.POST.get("public", "")
        # More digits than a key has.
        public = int(known) if known.isdecimal() and len(known) < 19 else None
        try:
            made = self.publish_again(edition=edition, by=request.user, public=public)
        except EditionIsOld:
            refusal: HttpResponse = self.refuse(request, edition, public)
            return refusal
        numbers = {"new": made.number, "old": edition.number}
        messages.success(request, _("Edition %(new)d says again what edition %(old)d said.") % numbers)
        return redirect(f"admin:conditions_{self.draft}_publish", getattr(edition, f"{self.draft}_id"))

    def edition(self, request: HttpRequest, pk: int) -> Any:
        """Return an edition with what its pages show. Raises ``Http404``, also for who may not read editions."""
        if not request.user.has_perm(f"conditions.view_{self.opts.model_name}"):
            raise Http404
        return get_object_or_404(self.model.objects.select_related(*self.related), pk=pk)
