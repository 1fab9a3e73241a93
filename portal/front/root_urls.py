"""Addresses without a language."""

from django.urls import path

from portal.front.views import machines

urlpatterns = [
    path("", machines.language_redirect, name="language_redirect"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<str:language>.xml", machines.language_sitemap, name="language_sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    path("favicon.ico", machines.favicon, name="favicon"),
]
