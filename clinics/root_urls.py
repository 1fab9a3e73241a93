"""Addresses of the directory without a language."""

from django.urls import re_path

from clinics.views import photos

urlpatterns = [
    re_path(r"^photos/(?P<name>[0-9a-f]{32})\.(?P<extension>avif|webp|jpeg)\Z", photos.photo, name="photo"),
]
