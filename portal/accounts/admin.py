"""Staff: who may sign in, and with which roles. Passwords are set by their owners."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import PortalModelForm

# Roles are set by the code, and what allauth keeps for a user is nobody else's to edit.
for _model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class UserForm(PortalModelForm):
    """A user, and help for somebody who lost phone and key."""

    remove_second_factor = forms.BooleanField(
        label="Remove the second factor",
        help_text="For somebody who lost it. They set up a new one when they sign in. Make sure who asks you.",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )

    class Meta:
        model = User
        fields = ("email", "name", "language", "time_zone", "is_active", "is_staff", "is_superuser", "groups")


@admin.register(User)
class UserAdmin(PortalAdmin):
    """People with an account. A new one sets a password with "Forgot your password?"."""

    form = UserForm
    list_display = ("email", "name", "role_names", "is_staff", "is_active", "second_factor", "last_login")
    list_filter = ("groups", "is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": (("email", "name"), ("language", "time_zone"))}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Sign-in", {"fields": ("second_factor", "remove_second_factor", "last_login", "date_joined")}),
    )
    readonly_fields = ("second_factor", "last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Somebody who may change users must not be able to become a superuser that way.
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, "is_superuser")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.email = obj.email.lower()
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("remove_second_factor"):
            Authenticator.objects.filter(user=obj).delete()

    @display(description="Roles")
    def role_names(self, user: User) -> str:
        return ", ".join(str(Role(group.name).label) for group in user.groups.all() if group.name in Role)

    @display(description="Second factor")
    def second_factor(self, user: User) -> str:
        kinds = {"totp": "authenticator app", "webauthn": "passkey"}
        found = {kinds[one.type] for one in user.authenticator_set.all() if one.type in kinds}  # type: ignore[attr-defined]
        return ", ".join(sorted(found)) or "none yet"
