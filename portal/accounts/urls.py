"""Addresses of accounts, behind the language: those of allauth, and in front of them the ones that we change."""

from django.urls import include, path
from django.views.generic import RedirectView

from portal.accounts import views

urlpatterns = [
    path("", views.home, name="account_home"),
    path("login/code/", views.ask_for_code, name="account_request_login_code"),
    path("2fa/webauthn/login/", views.passkey_sign_in, name="mfa_login_webauthn"),
    path("2fa/webauthn/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("sessions/", views.session_list, name="usersessions_list"),
    path("confirm/", views.confirm, name="account_confirm"),
    # Nobody signs up: an account is made for an address that has a case.
    path("signup/", RedirectView.as_view(pattern_name="account_request_login_code"), name="account_signup"),
    path("email/", views.change_email, name="account_email"),
    path("", include("allauth.urls")),
]
