"""Roles of staff (the name of a role is the name of its group) and what the security log records."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    COORDINATOR = "coordinator", "Coordinator"
    LEAD = "lead", "Lead coordinator"
    EDITOR = "editor", "Editor"
    REVIEWER = "reviewer", "Medical reviewer"
    FINANCE = "finance", "Finance"
    CASE_REVIEWER = "case_reviewer", _("Case reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")


class SecurityEventKind(TextChoices):
    SIGN_IN = "sign_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGN_OUT = "sign_out", "Signed out"
    THROTTLED = "throttled", "Too many attempts"
    FACTOR_ADDED = "factor_added", "Second factor added"
    FACTOR_REMOVED = "factor_removed", "Second factor removed"
    FACTOR_USED = "factor_used", "Second factor used"
    FACTOR_FAILED = "factor_failed", "Second factor failed"
    CODES_MADE = "codes_made", "New recovery codes"
    PASSWORD_ASKED = "password_asked", "Link for a new password asked for"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    INVITED = "invited", "Invitation sent"
    PERSON_CHANGED = "person_changed", "Account changed"
    SESSIONS_ENDED = "sessions_ended", "Sessions ended"
    EMAIL_CHANGED = "email_changed", "E-mail address changed by its owner"
    ACCOUNT_DELETED = "account_deleted", "Account deleted by its owner"
    REFUSED = "refused", "Refused a page of the desk"
    EXPORTED = "exported", "Exported a list"
    BREAK_GLASS = "break_glass", _("Opened a case in an emergency")
