"""Import and export on the lists of the admin: a file is checked, shown as a report, and written when confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_safe

from portal.core.admin.translated import TranslatedAdmin
from portal.core.http.decorators import recent_second_factor_required
from portal.core.spreadsheets import waiting
from portal.core.spreadsheets.files import CONTENT_TYPES, MAX_BYTES, MAX_ROWS, read, to_csv, to_xlsx
from portal.core.spreadsheets.sheets import ModelSheet, Outdated
from portal.core.spreadsheets.signals import exported

NO_SUCH_FILTER = gettext_lazy("The address names a filter that the list does not have.")
OUTDATED = gettext_lazy("Nothing was written: something has changed since you read the report. This is how it is now.")


class UploadForm(forms.Form):
    """A spreadsheet that can be read; cleaned, it is its bytes."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=format_lazy(
            gettext_lazy("CSV in UTF-8 or XLSX, up to {rows} rows and {megabytes} MB."),
            rows=f"{MAX_ROWS:,}",
            megabytes=MAX_BYTES // 1024 // 1024,
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self) -> bytes:
        content: bytes = self.cleaned_data["file"].read(MAX_BYTES + 1)
        read(content)
        return content


class ExchangeAdmin(TranslatedAdmin):
    """A list whose rows go out as a spreadsheet and come back as one; ``sheet_class`` says with which columns."""

    sheet_class: type[ModelSheet]
    list_before_template = "admin/exchange/links.html"

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, self._table
        return [
            path("import/", view(self.import_page), name=f"{name}_import"),
            path("import/<str:token>/", view(self.report_page), name=f"{name}_import_report"),
            path("export/<str:kind>/", view(require_safe(self.export_file)), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def import_page(self, request: HttpRequest) -> HttpResponse:
        """Take a spreadsheet; one that can be read gets a report."""
        self._check_may_import(request)
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            token = waiting.keep(form.cleaned_data["file"], table=self._table, by=request.user)
            return redirect(f"admin:{self._table}_import_report", token)
        return self._page(request, "import", 422 if form.errors else 200, form=form, sheet=self.sheet_class)

    def report_page(self, request: HttpRequest, token: str) -> HttpResponse:
        """Say what is wrong with a spreadsheet or what it would change; a POST writes it."""
        self._check_may_import(request)
        file = waiting.find(token, table=self._table, by=request.user)
        if file is None:
            messages.error(request, _("This file is not here any more; files are kept for an hour. Upload it again."))
            return redirect("../")
        sheet, table = self.sheet_class(), read(bytes(file.content))
        if request.method != "POST":
            return self._page(request, "report", report=sheet.check(table))
        try:
            report = sheet.write(table, seen=request.POST.get("seen", ""), by=request.user)
        except (Outdated, IntegrityError):
            messages.error(request, OUTDATED)
            return redirect(request.path)
        file.delete()
        messages.success(request, _("Imported. %(summary)s") % {"summary": report.summary})
        return redirect("../../")

    @recent_second_factor_required("GET", "HEAD")
    def export_file(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Send what the list shows as a file, filters included."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in CONTENT_TYPES:
            raise Http404
        with override("en"):  # a file is the same in every language of the desk
            name = str(self.opts.verbose_name_plural)
        try:
            rows = self.sheet_class().export(self.get_changelist_instance(request).get_queryset(request))
            content = to_csv(rows) if kind == "csv" else to_xlsx(rows, name)
        except (IncorrectLookupParameters, ValidationError) as problem:
            messages.error(request, getattr(problem, "message", NO_SUCH_FILTER))
            return redirect("../../")
        exported.send(sender=type(self), by=request.user, table=self._table)
        headers = {"Content-Disposition": f'attachment; filename="{slugify(name)}-{timezone.localdate()}.{kind}"'}
        return HttpResponse(content, content_type=CONTENT_TYPES[kind], headers=headers)

    @property
    def _table(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _check_may_import(self, request: HttpRequest) -> None:
        """Raise ``PermissionDenied`` unless this person may both make and change rows."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
        common = {"title": _("Import %(kinds)s") % {"kinds": self.opts.verbose_name_plural}, "list_of": self.opts}
        context = {**self.admin_site.each_context(request), **common, **context}
        return render(request, f"admin/exchange/{name}.html", context, status=status)
