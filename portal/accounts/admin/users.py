"""Admin page of users: who may sign in, and with which roles. Passwords are set by their owners."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from portal.accounts import second_factor
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.services import people, sessions
from portal.core.admin.base import PortalAdmin
from portal.core.admin.forms import PortalModelForm
from portal.core.http.decorators import recent_second_factor_required

FACTORS = {"totp": gettext_lazy("authenticator app"), "webauthn": gettext_lazy("passkey")}


class RoleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """The groups of a user, by the names of the roles."""

    def label_from_instance(self, obj: Any) -> str:
        return str(Role(obj.name).label) if obj.name in Role else obj.name


class RoleFilter(admin.SimpleListFilter):
    """The users with a role, by its name."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return Role.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() in Role else queryset


class UserForm(PortalModelForm):
    """A user, and help for somebody who lost phone and key."""

    groups = RoleField(
        Group.objects.order_by("pk"),
        label=gettext_lazy("Roles"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    language = forms.ChoiceField(
        choices=settings.LANGUAGES,
        label=gettext_lazy("Language of the desk and of mails"),
        widget=UnfoldAdminSelectWidget(),
    )
    remove_second_factor = forms.BooleanField(
        label=gettext_lazy("Remove the second factor"),
        help_text=gettext_lazy(
            "For somebody who lost it. Their sessions end, and they set up a new one when they sign in. "
            "Make sure who asks you."
        ),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_active", "is_staff", "groups")

    def clean_email(self) -> str:
        """Return the address as it is stored; Django compares what is unique letter by letter."""
        return str(self.cleaned_data["email"]).lower()


class OwnUserForm(UserForm):
    """The own account of whoever has it open: another administrator decides what she may do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page without the right to change has no fields.
        for name in {"is_active", "is_staff", "groups"} & self.fields.keys():
            self.fields[name].disabled = True
        if "groups" in self.fields:
            self.fields["groups"].help_text = _("Nobody changes their own roles: ask another administrator.")


@admin.register(User)
class UserAdmin(PortalAdmin):
    """People with an account. A new one gets an invitation by mail, with a link to choose a password."""

    empty_list = gettext_lazy("Everybody with an account. Add a colleague: a mail brings a link to choose a password.")
    form = UserForm
    list_display = ("email", "name", "role_names", "is_staff", "is_active", "factor_names", "last_login")
    list_filter = (RoleFilter, "is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": (("email", "name"), "language")}),
        (gettext_lazy("What they may do"), {"fields": ("is_active", "is_staff", "groups")}),
        (gettext_lazy("Sign-in"), {"fields": ("factor_names", "remove_second_factor", "last_login", "date_joined")}),
    )
    add_fieldsets = fieldsets[:2]
    readonly_fields = ("factor_names", "last_login", "date_joined")
    change_form_outer_after_template = "admin/accounts/sign_in.html"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Leave the switch that removes a factor out for who may only read."""
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        *others, (title, options) = self.fieldsets
        shown = tuple(name for name in options["fields"] if name != "remove_second_factor")
        return (*others, (title, {"fields": shown}))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/invite/", view(require_POST(self.invite)), name="accounts_user_invite"),
            path("<int:pk>/sessions/", view(require_POST(self.end_sessions)), name="accounts_user_sessions"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = OwnUserForm if obj is not None and obj == request.user else self.form
        return super().get_form(request, obj, change=change, **{"form": form, **kwargs})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # ── Pages ────────────────────────────────────────────────────────────────────────────────

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if user is not None and self.has_change_permission(request, user):
            context |= {
                "person": user,
                "may_invite": people.may_be_invited(user),
                "sessions": sessions.open_sessions(user),
                "own_key": request.session.session_key,
            }
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Only now, when the form has no mistake: what goes on after the second factor is saved, not shown again.
        second_factor.require_recent(request)
        by = _staff(request)
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        people.record_change(user=obj, by=by, ends_sessions="is_staff" in form.changed_data)
        if form.cleaned_data.get("remove_second_factor"):
            people.remove_factors(user=obj, by=by)
        if not change and people.may_be_invited(obj):
            people.invite(user=obj, by=by)
            sentence = _("An invitation goes to the new address: a link to choose a password, for 3 days.")
            messages.info(request, sentence)

    @recent_second_factor_required("POST")
    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the invitation again."""
        user = self._changeable(request, pk)
        try:
            people.invite(user=user, by=_staff(request))
        except ValidationError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("The invitation is on its way."))
        return redirect(reverse("admin:accounts_user_change", args=[pk]))

    @recent_second_factor_required("POST")
    def end_sessions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End the session that is named, or all of them."""
        user = self._changeable(request, pk)
        # PostgreSQL fails on a number beyond bigint, which has 19 digits.
        named = [int(value) for value in request.POST.getlist("session") if value.isdecimal() and len(value) < 19]
        count = sessions.end(user, by=_staff(request), only=named if "session" in request.POST else None)
        said = ngettext("%(number)d session ended.", "%(number)d sessions ended.", count) % {"number": count}
        messages.success(request, said)
        return redirect(reverse("admin:accounts_user_change", args=[pk]))

    def _changeable(self, request: HttpRequest, pk: int) -> User:
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    # ── Columns ──────────────────────────────────────────────────────────────────────────────

    @display(description=gettext_lazy("Roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(str(Role(group.name).label) for group in user.groups.all() if group.name in Role)

    @display(description=gettext_lazy("Second factor"))
    def factor_names(self, user: User) -> str:
        factors = {str(FACTORS[row.type]) for row in user.authenticator_set.all() if row.type in FACTORS}  # type: ignore[attr-defined]
        return ", ".join(sorted(factors)) or _("none yet")


def _staff(request: HttpRequest) -> Any:
    return request.user  # staff, the site made sure
