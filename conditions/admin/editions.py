"""Admin pages of editions: the list, a comparison of two, and restoring an old one."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display

from conditions.admin.publishing_meanwhile import of_public
from conditions.models import Edition
from conditions.models.editions import EditionQuerySet
from conditions.permissions import can_publish
from conditions.selectors.history import differences
from conditions.services import editions
from conditions.services.editions import EditionIsOld
from portal.accounts.models import User
from portal.core.admin.base import ReadOnlyAdmin
from portal.core.admin.languages import LanguageColumn, LanguageFilter
from portal.core.localisation import desk_formats, formats


@admin.register(Edition)
class EditionAdmin(LanguageColumn, ReadOnlyAdmin):
    """An edition, which is read-only: its content never changes."""

    empty_list = gettext_lazy(
        "What the public could read, and when. The first one comes when an illness is published from “Check and publish”."
    )
    list_display = (
        "condition",
        "language_name",
        "number",
        "change_note",
        "published_at",
        "published_by",
        "withdrawn_at",
        "compare_link",
    )
    list_select_related = ("condition", "published_by")
    list_filter = ("condition", LanguageFilter)
    fields = list_display
    readonly_fields = ("language_name", "compare_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        # The content of an edition is 60 kB of JSON.
        editions: QuerySet[Edition] = super().get_queryset(request).defer("content")
        return editions

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compare/", view(require_safe(self.compare)), name="conditions_edition_compare"),
            path("<int:pk>/restore/", view(require_POST(self.restore)), name="conditions_edition_restore"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("Compare"))
    def compare_link(self, edition: Edition) -> SafeString | str:
        if edition.number == 1:
            return _("the first one")
        url = reverse("admin:conditions_edition_compare", args=[edition.pk])
        return format_html('<a class="desk-link desk-nowrap" href="{}">{}</a>', url, _("with the one before"))

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what an edition changed against the one before it, or against the one in ``with``."""
        newer = self._edition(request, pk)
        wanted = request.GET.get("with", "")
        # More digits than its column holds: an error of the database, and no number of an edition.
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else newer.number - 1
        older = self._same_page(newer).filter(number=number).first()
        if older is None:
            raise Http404
        return self._comparison(request, older, newer)

    def restore(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish an older edition again."""
        edition, user = self._edition(request, pk), request.user
        known = request.POST.get("public", "")
        # More digits than a key has.
        public = int(known) if known.isdecimal() and len(known) < 19 else None
        try:
            made = editions.restore(edition=edition, by=user, public=public)  # type: ignore[arg-type]  # staff
        except EditionIsOld:
            sentences = of_public(edition.condition, edition.language, public, user)  # type: ignore[arg-type]  # staff
            newer = self._same_page(edition).current().first() or edition
            return self._comparison(request, edition, newer, sentences)
        numbers = {"new": made.number, "old": edition.number}
        messages.success(request, _("Edition %(new)d says again what edition %(old)d said.") % numbers)
        return redirect("admin:conditions_condition_publish", edition.condition_id)

    def _comparison(
        self, request: HttpRequest, older: Edition, newer: Edition, sentences: list[str] | None = None
    ) -> HttpResponse:
        """Show two editions beside each other, and what others did while that page was open."""
        language = formats.language_name(newer.language, desk_formats.language())
        about = {"condition": newer.condition, "language": language}
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(condition)s (%(language)s): what changed") % about,
            "newer": newer,
            "older": older,
            "public": editions.public_key(newer.condition, newer.language),
            "meanwhile": sentences,
            "differences": differences(older.content, newer.content),
            "may_publish": can_publish(request.user),  # type: ignore[arg-type]  # staff, the site made sure
        }
        return render(request, "admin/conditions/compare.html", context, status=409 if sentences else 200)

    def _same_page(self, edition: Edition) -> EditionQuerySet:
        same_page: EditionQuerySet = Edition.objects.filter(condition=edition.condition_id, language=edition.language)
        return same_page.select_related("condition", "published_by")

    def _edition(self, request: HttpRequest, pk: int) -> Edition:
        user = request.user
        if not isinstance(user, User) or not user.has_perm("conditions.view_edition"):
            raise Http404
        return get_object_or_404(Edition.objects.select_related("condition", "published_by"), pk=pk)
