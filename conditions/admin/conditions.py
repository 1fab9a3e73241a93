"""Admin pages of conditions: the draft that editors work on, part by part and language by language."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, Prefetch, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from conditions.admin import publishing, upkeep
from conditions.enums import SectionKind
from conditions.models import Condition, DocumentNeed, Edition, Price, Question, Section, Source, Treatment
from portal.core.admin.base import PortalTabularInline
from portal.core.admin.translated import TranslatedAdmin, TranslatedInline
from portal.core.localisation import desk_formats, formats


class SectionInline(TranslatedInline):
    """The typed parts of the text."""

    model = Section
    shared = (("kind", "order"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Section]:
        """In the order of the page, whatever the order of their writing."""
        places = [When(kind=kind, then=place) for place, kind in enumerate(SectionKind.values)]
        sections: QuerySet[Section] = super().get_queryset(request)
        return sections.order_by(Case(*places), "order", "pk")


class TreatmentInline(TranslatedInline):
    """The methods of treatment."""

    model = Treatment
    shared = (("slug", "order"), "procedures")


class QuestionInline(TranslatedInline):
    """What to ask the doctor."""

    model = Question
    shared = ("order",)
    collapsible = False


class DocumentNeedInline(TranslatedInline):
    """The papers that help to judge a case."""

    model = DocumentNeed
    shared = (("code", "order"), ("max_age_days", "is_required"))


class SourceInline(PortalTabularInline):
    """What was read; the number is what the text cites."""

    model = Source
    fields = ("number", "title", "publisher", "year", "url", "checked_on")


class PriceInline(TranslatedInline):
    """The typical prices."""

    model = Price
    shared = (
        ("procedure", "currency"),
        ("amount_from", "amount_to"),
        ("source", "source_url"),
        ("checked_on", "valid_until"),
    )


@admin.register(Condition)
class ConditionAdmin(TranslatedAdmin):
    """A condition with everything of its page. The public reads what was published last."""

    empty_list = gettext_lazy(
        "Illnesses, each with its draft. “manage.py load_content” brings those that come with the portal."
    )
    list_display = ("name", "area", "icd10", "published", "next_review_on", "publish_link")
    list_select_related = ("area",)
    list_filter = ("area",)
    search_fields = ("slug", "name_en", "name_ru", "icd10")
    shared = (
        ("slug", "area", "icd10"),
        ("written_by", "written_on", "next_review_on"),
        "related",
    )
    inlines = (SectionInline, TreatmentInline, QuestionInline, DocumentNeedInline, SourceInline, PriceInline)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Ask for related conditions as boxes: they need no script."""
        if db_field.name == "related":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Condition]:
        # The content of an edition is 60 kB of JSON.
        current = Prefetch("editions", queryset=Edition.objects.current().defer("content"), to_attr="current")
        conditions: QuerySet[Condition] = super().get_queryset(request).prefetch_related(current)
        return conditions

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(publishing.page)
        return [
            path("due/", self.admin_site.admin_view(upkeep.page), name="conditions_condition_upkeep"),
            path("<int:pk>/publish/", view, name="conditions_condition_publish"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (condition := context.get("original")) is not None:
            context["publish_url"] = reverse("admin:conditions_condition_publish", args=[condition.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Condition | None = None) -> list[str]:
        """The slug stays once the page was published: its address is in mails, bookmarks and search engines."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "slug"] if obj is not None and obj.editions.exists() else fields

    @display(description=gettext_lazy("Published"))
    def published(self, condition: Condition) -> str:
        editions = condition.current  # type: ignore[attr-defined]  # prefetched by get_queryset
        language = desk_formats.language()
        names = (f"{formats.language_name(row.language, language)} {row.number}" for row in editions)
        return ", ".join(names) or _("not yet")

    @display(description=gettext_lazy("Publishing"))
    def publish_link(self, condition: Condition) -> SafeString:
        url = reverse("admin:conditions_condition_publish", args=[condition.pk])
        return format_html('<a class="desk-link desk-nowrap" href="{}">{}</a>', url, _("Check and publish"))
