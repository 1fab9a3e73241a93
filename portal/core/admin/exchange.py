"""Import and export on the lists of the admin: a file is checked, shown as a report, and written when confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.admin.translated import TranslatedAdmin
from portal.core.decorators import recent_second_factor_required
from portal.core.exchange import importing, waiting
from portal.core.exchange.reading import MAX_BYTES, MAX_ROWS, Unreadable, read
from portal.core.exchange.resource import SheetResource
from portal.core.exchange.signals import exported
from portal.core.exchange.writing import FORMATS, TextTooLong, to_csv, to_xlsx

# A page with all of 5,000 rows would be slow to open and no easier to read.
SHOWN = 500
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Split it."


class UploadForm(forms.Form):
    """A spreadsheet that can be read; ``content`` holds its bytes then."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text=f"CSV in UTF-8 or XLSX, up to {MAX_ROWS:,} rows and {MAX_BYTES // 1024 // 1024} MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    content = b""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        self.content = file.read()
        try:
            read(self.content)
        except Unreadable as problem:
            raise forms.ValidationError(str(problem)) from problem
        return file


class ExchangeAdmin(TranslatedAdmin):
    """A list whose rows go out as a spreadsheet and come back as one; ``resource_class`` says with which columns."""

    resource_class: type[SheetResource]
    list_before_template = "admin/exchange/links.html"

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, self._name
        get_or_post = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("import/", view(get_or_post(self.import_page)), name=f"{name}_import"),
            path("import/<str:token>/", view(get_or_post(self.report_page)), name=f"{name}_import_report"),
            path("export/<str:kind>/", view(require_safe(self.export_file)), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list with its links; an export holds what the list shows, filters included."""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        context = {
            **(extra_context or {}),
            "import_url": self._address("import") if self.may_import(request) else "",
            "exports": [(label, self._address("export", kind) + query) for kind, label, _type in FORMATS],
        }
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def may_import(self, request: HttpRequest) -> bool:
        """Whether this person may both make and change rows."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    # ── The pages ────────────────────────────────────────────────────────────────────────────

    def import_page(self, request: HttpRequest) -> HttpResponse:
        """Take a spreadsheet; one that can be read gets a report."""
        self._check_may_import(request)
        is_sent = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
        if is_sent and form.is_valid():
            token = waiting.keep(form.content, table=self._name, by=self._person(request))
            return redirect(self._address("import_report", token))
        resource = self.resource_class()
        context = {"form": form, "keys": resource.keys, "columns": list(resource.fields), "lifetime": waiting.LIFETIME}
        return self._page(request, "admin/exchange/import.html", context, status=422 if form.errors else 200)

    def report_page(self, request: HttpRequest, token: str) -> HttpResponse:
        """Say what is wrong with a spreadsheet or what it would change; a POST writes it."""
        self._check_may_import(request)
        content = waiting.find(token, table=self._name, by=self._person(request))
        if content is None:
            messages.error(request, "This file is not here any more; files are kept for an hour. Upload it again.")
            return redirect(self._address("import"))
        if request.method == "POST":
            return self._write(request, token, content)
        report = importing.check(self.resource_class, read(content))
        context = {
            "report": report,
            "problems": report.problems[:SHOWN],
            "outcomes": [*report.of(importing.NEW), *report.of(importing.CHANGED)][:SHOWN],
            "unchanged": report.of(importing.UNCHANGED)[:SHOWN],
            "shown": SHOWN,
            "import_url": self._address("import"),
        }
        return self._page(request, "admin/exchange/report.html", context)

    def _write(self, request: HttpRequest, token: str, content: bytes) -> HttpResponse:
        seen = request.POST.get("seen", "")
        try:
            report = importing.write(self.resource_class, read(content), seen=seen, by=self._person(request))
        except importing.Outdated:
            messages.error(
                request, "Nothing was written: something has changed since you read the report. This is how it is now."
            )
            return redirect(self._address("import_report", token))
        waiting.forget(token)
        messages.success(request, f"Imported. {report.summary}")
        return redirect(self._address("changelist"))

    @recent_second_factor_required("GET", "HEAD")
    def export_file(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Send what the list shows as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        content_type = next((type_ for name, _label, type_ in FORMATS if name == kind), None)
        if content_type is None:
            raise Http404
        resource, name = self.resource_class(), str(self.opts.verbose_name_plural)
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
            table = resource.export(resource.of(rows))
            content = to_csv(table) if kind == "csv" else to_xlsx(table, name)
        except IncorrectLookupParameters:
            return redirect(self._address("changelist"))
        except TextTooLong as problem:
            messages.error(request, str(problem))
            return redirect(self._address("changelist"))
        filename = f"{slugify(name)}-{timezone.localdate()}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
        exported.send(sender=type(self), by=self._person(request), table=self._name)
        return HttpResponse(content, content_type=content_type, headers=headers)

    # ── What they share ──────────────────────────────────────────────────────────────────────

    @property
    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _address(self, page: str, *arguments: str) -> str:
        return reverse(f"admin:{self._name}_{page}", args=arguments)

    def _check_may_import(self, request: HttpRequest) -> None:
        if not self.may_import(request):
            raise PermissionDenied

    def _person(self, request: HttpRequest) -> Any:
        return request.user  # staff, the site made sure

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        title = f"Import {self.opts.verbose_name_plural}"
        common = {**self.admin_site.each_context(request), "title": title, "list_url": self._address("changelist")}
        return render(request, template, {**common, **context}, status=status)
