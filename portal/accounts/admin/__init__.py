"""Admin pages of users and the security log."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from portal.accounts.admin import security_log, users

__all__ = ["security_log", "users"]

# Roles are set by the code, and what allauth keeps for a user is nobody else's to edit.
for _model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
