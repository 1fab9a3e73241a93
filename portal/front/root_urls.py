"""Addresses without a language."""

from django.urls import path

from portal.front.views import robots

urlpatterns = [
    path("", robots.language_redirect, name="language_redirect"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("sitemap-<str:language>.xml", robots.language_sitemap, name="language_sitemap"),
    path("robots.txt", robots.robots, name="robots"),
    path("favicon.ico", robots.favicon, name="favicon"),
]
