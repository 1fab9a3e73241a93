"""Base of the admin: what every page of the desk has in common, and the reader of mail files."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.core.admin import outbox, team_days

__all__ = ["outbox", "team_days"]

admin.site.index_title = _("Desk")
