"""Admin page of the rules of retention: days, and what the next night would do."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy

from portal.core.admin.base import PortalAdmin
from requests.models import RetentionRule, RetentionRun
from requests.services import retention

NIGHTS = 14


@admin.register(RetentionRule)
class RetentionRuleAdmin(PortalAdmin):
    """How long something is kept: rows of the migration, whose days change within bounds."""

    empty_list = pgettext_lazy(
        "desk", "How long something is kept. The rows are made by “manage.py migrate”: tell whoever runs the portal."
    )
    list_display = ("__str__", "days", "is_on")
    fields = ("days", "is_on", "counts_from", "then", "reason", "due_now", "last_nights")
    readonly_fields = ("counts_from", "then", "reason", "due_now", "last_nights")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Say in the log of changes what the value was and what it is."""
        changed = ", ".join(
            f"{name}: {form.initial.get(name)} → {form.cleaned_data[name]}" for name in form.changed_data
        )
        return changed or super().construct_change_message(request, form, formsets, add)

    @admin.display(description=pgettext_lazy("desk", "counted from"))
    def counts_from(self, rule: RetentionRule) -> str:
        return str(rule.about.counts_from)

    @admin.display(description=pgettext_lazy("desk", "what happens then"))
    def then(self, rule: RetentionRule) -> str:
        return str(rule.about.then)

    @admin.display(description=pgettext_lazy("desk", "reason of the default"))
    def reason(self, rule: RetentionRule) -> str:
        return str(rule.about.reason)

    @admin.display(description=pgettext_lazy("desk", "due now, by the saved days"))
    def due_now(self, rule: RetentionRule) -> str:
        due = retention.due(rule)
        text = pgettext("desk", "%(number)s, and %(held)s more that a legal hold keeps")
        return text % {"number": due.number, "held": due.held}

    @admin.display(description=pgettext_lazy("desk", "last nights"))
    def last_nights(self, rule: RetentionRule) -> SafeString | str:
        runs = RetentionRun.objects.filter(kind=rule.kind)[:NIGHTS]
        text = pgettext("desk", "%(night)s: %(done)s gone, %(held)s held, %(errors)s errors")
        lines = [
            (text % {"night": run.night, "done": run.done, "held": run.held, "errors": run.errors},) for run in runs
        ]
        return format_html_join("", "<div>{}</div>", lines) or "–"
