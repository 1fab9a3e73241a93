"""Admin inline of photographs, on the pages of what they show."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.forms import Field
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views import View
from modeltranslation.utils import build_localized_fieldname
from unfold.forms import PaginationInlineFormSet
from unfold.views import UnfoldSiteViewMixin

from clinics import imaging
from clinics.enums import PhotoState
from clinics.models import Photo
from clinics.services import photos
from portal.core import files
from portal.core.admin.forms import ENGLISH, PortalModelForm
from portal.core.admin.languages import language_inside
from portal.core.admin.translated import TranslatedInline, edited_language

WORDS = "alternative_text"
WAITING = gettext_lazy("Being prepared: look again in a minute.")
NONE_YET = gettext_noop("Not chosen yet.")
REPLACED = gettext_lazy("Another photograph in its place")
FOCUS = gettext_lazy("The focal point lies between 0 and 100 percent.")


class UploadInput(forms.FileInput):
    """A file input that says so when a page comes back and the file has to be chosen again."""

    lost_name = ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        control = super().render(name, value, attrs, renderer)
        if not self.lost_name:
            return control
        sentence = _("Choose “%(file)s” again: a page that comes back with an error has lost its files.")
        return format_html('{}<p class="desk-again">{}</p>', control, sentence % {"file": self.lost_name})


class UploadForm(PortalModelForm):
    """A form with the file of a photograph; a refused file costs nothing else that was typed."""

    upload = forms.FileField(
        label=gettext_lazy("Photograph"),
        required=False,
        widget=UploadInput(attrs={"accept": "image/jpeg,image/png,image/webp", "class": "desk-upload"}),
        error_messages={"required": gettext_lazy("Choose a photograph."), "empty": gettext_lazy(imaging.EMPTY)},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        size, pixels = settings.PHOTO_MAX_BYTES / 1_000_000, settings.PHOTO_MAX_PIXELS / 1_000_000
        limits = {"size": f"{size:g}", "pixels": f"{pixels:g}"}
        help_text = _("JPEG, PNG or WebP, up to %(size)s MB and %(pixels)s megapixels.") % limits
        self.fields["upload"].help_text = help_text

    def clean_upload(self) -> bytes | None:
        """Return the bytes of what may be a photograph: a worker decodes it. Its size is asked before it is read."""
        file = self.cleaned_data["upload"]
        if file is None:
            return None
        try:
            imaging.check_size(file.size)
            data: bytes = file.read()
            imaging.check_head(data)
        except imaging.NotShowable as refusal:
            raise forms.ValidationError(refusal.in_words()) from refusal
        self.fields["upload"].widget.lost_name = file.name
        return data


class PhotoForm(UploadForm):
    """A photograph of a clinic or of somebody in the directory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["upload"].label = REPLACED
        else:
            self.fields["upload"].required = True


class PhotoFormSet(PaginationInlineFormSet):  # type: ignore[misc]  # Unfold has no types
    """Photographs of one page, saved by the service."""

    def save_new(self, form: Any, commit: bool = True) -> Photo:
        return self._save(super().save_new(form, commit=False), form)

    def save_existing(self, form: Any, obj: Photo, commit: bool = True) -> Photo:
        return self._save(super().save_existing(form, obj, commit=False), form)

    def _save(self, photo: Photo, form: Any) -> Photo:
        photos.save(photo=photo, upload=form.cleaned_data.get("upload"))
        return photo


class PhotoInline(TranslatedInline):
    """Photographs; the words of all live languages stand together, since without one of them nothing is shown."""

    model = Photo
    formset = PhotoFormSet
    verbose_name = gettext_lazy("photograph")
    verbose_name_plural = gettext_lazy("photographs")
    collapsible = False
    readonly_fields = ("now",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if edited_language(request) == ENGLISH:
            kwargs["form"] = PhotoForm
        return super().get_formset(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if edited_language(request) != ENGLISH:
            return super().get_fieldsets(request, obj)
        upload = ["upload"] if self.has_change_permission(request, obj) else []
        words = [build_localized_fieldname(WORDS, code) for code in settings.LIVE_LANGUAGES]
        return [(None, {"fields": ["now", *upload, *words, ("focal_x", "focal_y", "order")]})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        field: Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        if db_field.name in ("focal_x", "focal_y"):
            field.validators = [*field.validators, MaxValueValidator(100, FOCUS)]
        if code := getattr(db_field, "language", None):
            field.required = code in settings.LIVE_LANGUAGES
            sentence = _("Say in %(language)s what the photograph shows.")
            field.error_messages["required"] = sentence % {"language": language_inside(code)}
        return field

    @admin.display(description=gettext_lazy("now"))
    def now(self, photo: Photo) -> str:
        """Say what visitors see of a photograph, with a small copy of it."""
        return seen_now(photo, reverse("admin:clinics_photo_preview", args=[photo.pk])) if photo.pk else _(NONE_YET)


def seen_now(photo: Photo, preview: str) -> str:
    """Return what visitors see of a photograph in a sentence, with the small copy at the address ``preview``."""
    if photo.state == PhotoState.FAILED:
        return imaging.problem_in_words(photo.problem)
    if not photo.variants:
        return str(WAITING)
    missing = [
        language_inside(code)
        for code in settings.LIVE_LANGUAGES
        if not getattr(photo, build_localized_fieldname(WORDS, code))
    ]
    if photo.state == PhotoState.WAITING:
        sentence = _("Being prepared: look again in a minute. Until then the photograph before it is shown.")
    elif photo.problem:
        problem = imaging.problem_in_words(photo.problem)
        sentence = _("%(problem)s The photograph before it is still shown.") % {"problem": problem}
    elif missing:
        sentence = _("Not shown: there is no alternative text in %(languages)s.") % {"languages": ", ".join(missing)}
    else:
        sentence = _("Ready.")
    first = photo.variants[0]
    picture = '<img class="desk-photo" src="{}" width="{}" height="{}" alt="{}"> {}'
    return format_html(picture, preview, first["width"], first["height"], photo.alternative_text, sentence)


class PhotoPreview(UnfoldSiteViewMixin, View):  # type: ignore[misc]  # Unfold has no types
    """The small copy of a photograph for staff, also before its page is published."""

    permission_required = "clinics.view_photo"
    raise_exception = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        photo = get_object_or_404(Photo.objects.prepared(), pk=pk)
        try:
            data = files.read(photo.variants[0]["files"]["jpeg"])
        except FileNotFoundError as error:
            raise Http404 from error
        return HttpResponse(data, content_type=imaging.TYPES["jpeg"])
