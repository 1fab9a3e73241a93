"""Roles of staff (the name of a role is the name of its group) and what the security log records."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    LEAD = "lead", _("Lead coordinator")
    EDITOR = "editor", _("Editor")
    REVIEWER = "reviewer", _("Medical reviewer")
    FINANCE = "finance", _("Finance")
    CASE_REVIEWER = "case_reviewer", _("Case reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")


class SecurityEventKind(TextChoices):
    SIGN_IN = "sign_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGN_OUT = "sign_out", _("Signed out")
    THROTTLED = "throttled", _("Too many attempts")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    FACTOR_USED = "factor_used", _("Second factor used")
    FACTOR_FAILED = "factor_failed", _("Second factor failed")
    CODES_MADE = "codes_made", _("New recovery codes")
    PASSWORD_ASKED = "password_asked", _("Link for a new password asked for")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    INVITED = "invited", _("Invitation sent")
    PERSON_CHANGED = "person_changed", _("Account changed")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    EMAIL_CHANGED = "email_changed", _("E-mail address changed by its owner")
    ACCOUNT_DELETED = "account_deleted", _("Account deleted by its owner")
    REFUSED = "refused", _("Refused a page of the desk")
    EXPORTED = "exported", _("Exported a list")
    BREAK_GLASS = "break_glass", _("Opened a case in an emergency")
