"""Admin pages of editions: the list, a comparison of two, and restoring an old one."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conditions.admin.edition_admin import COLUMNS, EditionAdminBase
from conditions.admin.publishing_meanwhile import of_public
from conditions.models import Edition
from conditions.models.editions import EditionQuerySet
from conditions.permissions import can_publish
from conditions.selectors.history import differences
from conditions.services import editions
from portal.core.admin.languages import LanguageFilter
from portal.core.localisation import desk_formats, formats


@admin.register(Edition)
class EditionAdmin(EditionAdminBase):
    """Admin of the editions of conditions."""

    draft = "condition"
    related = ("condition", "published_by")
    publish_again = staticmethod(editions.restore)
    empty_list = gettext_lazy(
        "What the public could read, and when. The first one comes when an illness is published from “Check and publish”."
    )
    list_display = ("condition", *COLUMNS)
    list_select_related = related
    list_filter = ("condition", LanguageFilter)
    fields = list_display

    def first(self, edition: Edition) -> str:
        """Say that there is nothing to compare an edition with."""
        return _("the first one")

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what an edition changed against the one before it, or against the one in ``with``."""
        newer = self.edition(request, pk)
        wanted = request.GET.get("with", "")
        # More digits than its column holds: an error of the database, and no number of an edition.
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else newer.number - 1
        older = self._same_page(newer).filter(number=number).first()
        if older is None:
            raise Http404
        return self._comparison(request, older, newer)

    def refuse(self, request: HttpRequest, edition: Edition, public: int | None) -> HttpResponse:
        """Show what others did while the page was open, before an edition is restored."""
        sentences = of_public(edition.condition, edition.language, public, request.user)  # type: ignore[arg-type]  # staff
        newer = self._same_page(edition).current().first() or edition
        return self._comparison(request, edition, newer, sentences)

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
        return same_page.select_related(*self.related)
