"""One page, one form, and two ways for a long file to come."""

import os
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import available_timezones

from django import forms
from django.conf.locale import LANG_INFO
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.load.bare.models import Choice, Page, Part, Row, Upload


def _one_of(kind: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Choice.objects.filter(kind=kind), to_field_name="slug", required=False)


class SubmissionForm(forms.Form):
    """The fields of the first request, as Django checks them."""

    for_whom = forms.ChoiceField(choices=[("me", "me"), ("someone_else", "someone else")])
    condition = _one_of("condition")
    procedure = forms.ModelMultipleChoiceField(
        Choice.objects.filter(kind="procedure"), to_field_name="slug", required=False
    )
    clinic = _one_of("clinic")
    package = _one_of("package")
    message = forms.CharField(max_length=5000, required=False)
    country = forms.CharField(max_length=100)
    speak = forms.ChoiceField(choices=[(code, code) for code in LANG_INFO])
    name = forms.CharField(max_length=200)
    email = forms.EmailField()
    channel = forms.ChoiceField(choices=[(one, one) for one in ("email", "phone", "whatsapp", "telegram")])
    phone = forms.CharField(max_length=40, required=False)
    best_time = forms.CharField(max_length=200, required=False)
    time_zone = forms.ChoiceField(
        choices=[("", ""), *((name, name) for name in sorted(available_timezones()))], required=False
    )
    consent_processing = forms.BooleanField()
    consent_health = forms.BooleanField()
    form_token = forms.CharField(required=False)
    email_kept = forms.CharField(required=False)
    website = forms.CharField(required=False)


def page(request: HttpRequest) -> HttpResponse:
    """Read the stored HTML and the live rows of a page, and join them in the same HTML."""
    found = Page.objects.get(slug="liver-metastases")
    costs = list(found.cost_rows.all())
    context = {
        "page": found,
        "addresses": found.addresses,
        "pdf_version": found.pdf_version,
        "costs": costs,
        "can_choose": any(row.holds for row in costs),
        "clinics": list(found.clinic_rows.all()),
        "packages": list(found.package_rows.all()),
        "travel": list(found.fact_rows.all()),
        "related": list(found.related_rows.all()),
    }
    return render(request, "page.html", context)


def send(request: HttpRequest) -> HttpResponse:
    """Check the form and insert as many rows as the portal does, in one transaction."""
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_json())
    data = form.cleaned_data
    with transaction.atomic():
        for number in range(int(request.POST["rows"])):
            Row.objects.create(
                kind=f"row {number}", name=data["name"], email=data["email"], country="AE", text=data["message"]
            )
    return HttpResponseRedirect("/sent/")


# As long as the portal's.
PART, PIECE = 4 * 1024 * 1024, 64 * 1024


def store(upload: Upload, number: int, data: bytes | bytearray | memoryview) -> None:
    """Write a part to the disk, for good, and note that it is there."""
    folder, name = Path(os.environ["BARE_FILES"]), secrets.token_hex(16)
    with (folder / name).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    # A new name is on the disk when its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    Part.objects.create(upload=upload, number=number, file=name)


def own_upload(request: HttpRequest, key: UUID) -> Upload:
    """Return the upload of somebody who has signed in; the first part makes it."""
    request.session.get("cases")
    upload, _is_new = Upload.objects.get_or_create(key=key)
    return upload


class PartsHandler(FileUploadHandler):
    """Stores what a form brings, part by part, as the portal's handler does."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept, self.number = bytearray(), 0
        self.upload = Upload.objects.create(key=uuid4())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept += raw_data
        while len(self.kept) > PART:
            with memoryview(self.kept) as kept, kept[:PART] as part:
                store(self.upload, self.number, part)
            del self.kept[:PART]
            self.number += 1

    def file_complete(self, file_size: int) -> UploadedFile:
        store(self.upload, self.number, self.kept)
        return UploadedFile(name=self.file_name, size=file_size)


@csrf_exempt
def send_file(request: HttpRequest) -> HttpResponse:
    """Store the file of a form."""
    request.upload_handlers = [PartsHandler(request)]
    return HttpResponse(request.FILES["files"].size)


@csrf_exempt
def send_part(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Store one part of a file."""
    upload = own_upload(request, key)
    body = bytearray()
    while piece := request.read(PIECE):
        body += piece
    with transaction.atomic():
        store(upload, number, body)
    return HttpResponse(len(body))


urlpatterns = [
    path("page/", page),
    path("send/", send),
    path("send-file/", send_file),
    path("uploads/<uuid:key>/<int:number>/", send_part),
]
