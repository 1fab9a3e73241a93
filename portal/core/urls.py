"""Addresses of the static pages."""

from django.urls import re_path

from portal.core import pages, views

app_name = "core"

urlpatterns = [
    re_path(rf"^(?P<slug>{'|'.join(pages.SLUGS)})/$", views.page, name="page"),
]
