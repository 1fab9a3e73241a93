"""What has a rule of retention."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class RetentionKind(TextChoices):
    """What a rule keeps for a while; ``requests.retention_kinds`` says what each means."""

    CLOSED_CASES = "closed_cases", pgettext_lazy("desk", "Closed cases")
    DECLINED_CASES = "declined_cases", pgettext_lazy("desk", "Declined cases")
    UNANSWERED_CASES = "unanswered_cases", pgettext_lazy("desk", "Cases whose patient did not answer")
    SPAM_CASES = "spam_cases", pgettext_lazy("desk", "Spam")
    PASSPORTS = "passports", pgettext_lazy("desk", "Passport data")
    UNFINISHED_PAPERS = "unfinished_papers", pgettext_lazy("desk", "Unfinished uploads")
    HANDOVER_NOTES = "handover_notes", pgettext_lazy("desk", "Handover notes")
    AUDIT = "audit", pgettext_lazy("desk", "Audit log of cases")
    SECURITY_LOG = "security_log", pgettext_lazy("desk", "Security log of accounts")
    FEEDBACK = "feedback", pgettext_lazy("desk", "Feedback on pages")
    SENT_MAILS = "sent_mails", pgettext_lazy("desk", "Traces of sent mails")
