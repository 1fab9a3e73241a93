"""Addresses of accounts without a language: those of mails and bookmarks from before they had one."""

from django.urls import path

from portal.accounts import views

urlpatterns = [
    path("accounts/", views.with_language, name="account_with_language"),
    path("accounts/<path:rest>", views.with_language, name="account_page_with_language"),
]
