"""The user, who signs in by e-mail (staff roles are groups), a change of address under way, and the security log."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.accounts.enums import Role, SecurityEventKind
from portal.core.encryption.fields import EncryptedTextField
from portal.core.encryption.primitives import new_wrapped_key, unwrap
from portal.core.models import WrittenOnce


class UserManager(BaseUserManager["User"]):
    """Manager that creates users and filters them by role."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password nobody can sign in with one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator; nobody has the superuser flag, which would open every case (decision 0049)."""
        user = self.create_user(email, password, is_staff=True, **fields)
        user.groups.add(Group.objects.using(self._db).get_or_create(name=Role.ADMINISTRATOR)[0])
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def active_in(self, *roles: Role) -> models.QuerySet["User"]:
        """Active staff with any of the roles, in a steady order."""
        return self.filter(is_active=True, is_staff=True, groups__name__in=roles).distinct().order_by("pk")


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("date joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_any_case",
                violation_error_code="email",
                violation_error_message=_("Somebody with this e-mail address has an account already."),
            )
        ]

    def __str__(self) -> str:
        return self.name or gettext("User %(number)s") % {"number": self.pk}

    def get_full_name(self) -> str:
        """Return the name for the menu of the admin; an account without one has its e-mail there."""
        return self.name

    @property
    def desk_language(self) -> str:
        """The language of the desk, and of the mails about the account, for a member of staff."""
        return self.language if self.language in settings.DESK_LANGUAGES else settings.LANGUAGE_CODE

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of this user."""
        return frozenset(self.groups.values_list("name", flat=True))

    def has_role(self, *roles: Role) -> bool:
        """Whether the user has any of the roles."""
        return not self.roles.isdisjoint(roles)


class EmailChange(models.Model):
    """Another address that a patient wants for her account, until both addresses are confirmed or its time is over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="email_change")
    wrapped_key = models.BinaryField(default=new_wrapped_key)
    new_email = EncryptedTextField()
    failed = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Change of address {self.pk}"

    def data_key(self) -> bytes:
        """Return the key that the new address is encrypted under; raises ``DecryptionError``."""
        return unwrap(bytes(self.wrapped_key))


class SecurityEvent(WrittenOnce):
    """One line of the security log: written once, without personal data.

    ``user_id`` is whom it concerns and ``actor_id`` who did it, both without a foreign key, so that the
    log outlives accounts; ``subject`` names a page, a list or a kind of factor.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=SecurityEventKind)
    user_id = models.BigIntegerField(_("user id"), null=True, blank=True, db_index=True)
    actor_id = models.BigIntegerField(_("actor id"), null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=80, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
