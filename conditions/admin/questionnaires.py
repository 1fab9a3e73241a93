"""Admin pages of questionnaires: the draft, language by language, and the editions that patients are asked."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from conditions.admin import questionnaire_publishing as publishing
from conditions.admin.edition_admin import COLUMNS, EditionAdminBase
from conditions.models import (
    Questionnaire,
    QuestionnaireEdition,
    QuestionnaireQuestion,
    QuestionnaireSource,
)
from conditions.permissions import can_publish
from conditions.selectors.history import Difference, stretches
from conditions.selectors.questionnaires import content, texts
from conditions.services import questionnaires
from portal.core.admin.base import PortalTabularInline
from portal.core.admin.languages import LanguageFilter
from portal.core.admin.translated import TranslatedAdmin, TranslatedInline
from portal.core.localisation import desk_formats, formats


class QuestionnaireQuestionInline(TranslatedInline):
    """What is asked, in its order."""

    model = QuestionnaireQuestion
    # All that there is to edit, so not behind a tab.
    tab = False
    shared = (
        ("code", "kind", "order"),
        ("asked_if", "asked_if_answer"),
        ("minimum", "maximum", "source"),
    )


class QuestionnaireSourceInline(PortalTabularInline):
    """What was read; the number is what a question names."""

    model = QuestionnaireSource
    fields = ("number", "title", "publisher", "year", "url", "checked_on")


@admin.register(Questionnaire)
class QuestionnaireAdmin(TranslatedAdmin):
    """What patients are asked, as a draft. They answer what was published last."""

    empty_list = gettext_lazy(
        "What patients are asked, everybody and for each illness. “manage.py load_content” brings those that come with the portal."
    )
    list_display = ("__str__", "published", "stale", "publish_link")
    list_select_related = ("condition",)
    search_fields = ("code", "condition__name_en", "condition__name_ru")
    shared = ("condition",)
    inlines = (QuestionnaireQuestionInline, QuestionnaireSourceInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Questionnaire]:
        current = Prefetch("editions", queryset=QuestionnaireEdition.objects.current(), to_attr="current")
        rows: QuerySet[Questionnaire] = super().get_queryset(request)
        return rows.prefetch_related(current, "questions", "sources")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(publishing.page)
        return [path("<int:pk>/publish/", view, name="conditions_questionnaire_publish"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Questionnaire | None = None) -> list[str]:
        """Whose questions these are is said once: answers and editions are filed under it."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "condition"] if obj is not None else fields

    def get_form(
        self, request: HttpRequest, obj: Questionnaire | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form_class = super().get_form(request, obj, change=change, **kwargs)
        if obj is None and "condition" in form_class.base_fields:
            # The core is there from the first load of the content.
            form_class.base_fields["condition"].required = True
        return form_class

    def save_model(self, request: HttpRequest, obj: Questionnaire, form: Any, change: bool) -> None:
        if obj.condition is not None:
            obj.code = obj.condition.slug
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (questionnaire := context.get("original")) is not None:
            context["publish_url"] = reverse("admin:conditions_questionnaire_publish", args=[questionnaire.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=gettext_lazy("Published"))
    def published(self, questionnaire: Questionnaire) -> str:
        return _languages(questionnaire.current) or _("not yet")  # type: ignore[attr-defined]  # prefetched by get_queryset

    @display(description=gettext_lazy("Changed since"))
    def stale(self, questionnaire: Questionnaire) -> str:
        """In which languages the draft says something else than patients are asked."""
        current: list[QuestionnaireEdition] = questionnaire.current  # type: ignore[attr-defined]  # prefetched by get_queryset
        return _languages([row for row in current if row.content != content(questionnaire, row.language)]) or "–"

    @display(description=gettext_lazy("Publishing"))
    def publish_link(self, questionnaire: Questionnaire) -> SafeString:
        url = reverse("admin:conditions_questionnaire_publish", args=[questionnaire.pk])
        return format_html('<a class="desk-link desk-nowrap" href="{}">{}</a>', url, _("Check and publish"))


def _languages(editions: list[QuestionnaireEdition]) -> str:
    language = desk_formats.language()
    return ", ".join(f"{formats.language_name(row.language, language)} {row.number}" for row in editions)


@admin.register(QuestionnaireEdition)
class QuestionnaireEditionAdmin(EditionAdminBase):
    """Admin of the editions of questionnaires."""

    draft = "questionnaire"
    related = ("questionnaire__condition", "published_by")
    publish_again = staticmethod(questionnaires.restore)
    empty_list = gettext_lazy(
        "What patients were asked, and when. The first one comes when a questionnaire is published from “Check and publish”."
    )
    list_display = ("questionnaire", *COLUMNS)
    list_select_related = related
    list_filter = ("questionnaire__code", LanguageFilter)
    fields = list_display

    def first(self, edition: QuestionnaireEdition) -> SafeString:
        """Lead to what an edition asks, which its page shows beside what it changed."""
        return self.link(edition, _("read it"))

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show an edition as patients read it, and what it changed against the one before."""
        return self._page(request, self.edition(request, pk))

    def refuse(self, request: HttpRequest, edition: QuestionnaireEdition, public: int | None) -> HttpResponse:
        """Say that others published while the page was open, before an edition is restored."""
        messages.error(request, publishing.MEANWHILE)
        return self._page(request, edition, status=409)

    def _page(self, request: HttpRequest, edition: QuestionnaireEdition, status: int = 200) -> HttpResponse:
        of_language = QuestionnaireEdition.objects.filter(
            questionnaire=edition.questionnaire_id, language=edition.language
        )
        older = of_language.filter(number=edition.number - 1).first()
        about = {"questionnaire": edition.questionnaire, "edition": edition}
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(questionnaire)s: %(edition)s") % about,
            "edition": edition,
            "older": older,
            "public": questionnaires.public_key(edition.questionnaire, edition.language),
            "differences": _differences(older, edition) if older else [],
            "may_publish": can_publish(request.user),  # type: ignore[arg-type]  # staff, the site made sure
        }
        return render(request, "admin/conditions/questionnaire_edition.html", context, status=status)


def _differences(older: QuestionnaireEdition, newer: QuestionnaireEdition) -> list[Difference]:
    before, after = texts(older.content), texts(newer.content)
    places = [*after, *(place for place in before if place not in after)]
    pairs = ((place, before.get(place, ""), after.get(place, "")) for place in places)
    return [Difference(place, place, stretches(left, right)) for place, left, right in pairs if left != right]
