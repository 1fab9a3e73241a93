"""Who did what, and who read what."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActorKind(TextChoices):
    PATIENT = "patient", pgettext_lazy("desk", "patient")
    STAFF = "staff", pgettext_lazy("desk", "staff")
    SYSTEM = "system", pgettext_lazy("desk", "system")
    FAMILY = "family", pgettext_lazy("desk", "family")
    CLINIC = "clinic", pgettext_lazy("desk", "clinic")


class EventKind(TextChoices):
    """What happened in a case."""

    SENT = "sent", pgettext_lazy("desk", "Request sent")
    SENT_AGAIN = "sent_again", pgettext_lazy("desk", "Request sent again with changes")
    SAME_FORM = "same_form", pgettext_lazy("desk", "Same form sent with another contact")
    QUARANTINED = "quarantined", pgettext_lazy("desk", "Held for a check")
    MAILS_HELD = "mails_held", pgettext_lazy("desk", "Automatic e-mails held")
    RELEASED = "released", pgettext_lazy("desk", "Released")
    MOVED = "moved", pgettext_lazy("desk", "Status changed")
    ASSIGNED = "assigned", pgettext_lazy("desk", "Assigned")
    SECOND_OWNER = "second_owner", pgettext_lazy("desk", "Second owner changed")
    HANDED_OVER = "handed_over", pgettext_lazy("desk", "Handed to the substitute of an absent owner")
    GIVEN_BACK = "given_back", pgettext_lazy("desk", "Given back after an absence")
    MESSAGE_IN = "message_in", pgettext_lazy("desk", "Message from the patient")
    MESSAGE_OUT = "message_out", pgettext_lazy("desk", "Message to the patient")
    MESSAGE_TAKEN_BACK = "message_taken_back", pgettext_lazy("desk", "Message to the patient taken back")
    NO_ANSWER_NEEDED = "no_answer_needed", pgettext_lazy("desk", "No answer needed")
    NOTE = "note", pgettext_lazy("desk", "Note added")
    CONTACT_LOGGED = "contact_logged", pgettext_lazy("desk", "Contact logged")
    CONTACT_ANSWERED = "contact_answered", pgettext_lazy("desk", "Answered in a call, chat or meeting")
    ESTIMATE_ISSUED = "estimate_issued", pgettext_lazy("desk", "Estimate issued")
    CODE_SENT = "code_sent", pgettext_lazy("desk", "Code to accept the estimate mailed")
    ESTIMATE_ACCEPTED = "estimate_accepted", pgettext_lazy("desk", "Estimate accepted")
    ESTIMATE_DECLINED = "estimate_declined", pgettext_lazy("desk", "Estimate declined")
    PDF_READY = "pdf_ready", pgettext_lazy("desk", "Estimate ready as PDF")
    CONTINUITY_ISSUED = "continuity_issued", pgettext_lazy("desk", "Continuity pack issued")
    ADDRESS_REFUSED = "address_refused", pgettext_lazy("desk", "E-mail address refused")
    LINK_SENT = "link_sent", pgettext_lazy("desk", "Link to the case sent")
    LINK_REVOKED = "link_revoked", pgettext_lazy("desk", "Link to the case revoked")
    LINK_SHOWN = "link_shown", pgettext_lazy("desk", "Link to the case shown at the desk")
    SENT_BY_HAND = "sent_by_hand", pgettext_lazy("desk", "Mail sent again")
    PUT_ON_HOLD = "put_on_hold", pgettext_lazy("desk", "Put on hold")
    RESUMED = "resumed", pgettext_lazy("desk", "Hold ended")
    # Cases of the releases before closed as treated on somebody's word.
    PAPERS_STATED = "papers_stated", pgettext_lazy("desk", "Stated that the discharge papers are in and translated")
    NEEDS_OVERRIDDEN = "needs_overridden", pgettext_lazy("desk", "A lead went on without what the move needs")
    MERGED_HERE = "merged_here", pgettext_lazy("desk", "Another case merged into this one")
    UNMERGED = "unmerged", pgettext_lazy("desk", "Merged case taken out again")
    CONTINUED_IN = "continued_in", pgettext_lazy("desk", "Goes on in a new case")
    CONTINUES = "continues", pgettext_lazy("desk", "Opened from an earlier case")
    FACT_CORRECTED = "fact_corrected", pgettext_lazy("desk", "Fact corrected")
    WRITTEN_DOWN = "written_down", pgettext_lazy("desk", "Request written down at the desk")
    TASK_ASKED = "task_asked", pgettext_lazy("desk", "Task added")
    TASK_DONE = "task_done", pgettext_lazy("desk", "Task done")
    TASK_WITHDRAWN = "task_withdrawn", pgettext_lazy("desk", "Task withdrawn")
    PATIENT_ASKED = "patient_asked", pgettext_lazy("desk", "Patient asked for their own consent")
    PATIENT_STATED = "patient_stated", pgettext_lazy("desk", "Patient named, with consent")
    CALL_MOVED = "call_moved", pgettext_lazy("desk", "Call moved to another time")
    JOINED_ACCOUNT = "joined_account", pgettext_lazy("desk", "Taken into the patient’s account")
    LEFT_ACCOUNT = "left_account", pgettext_lazy("desk", "Taken out of the patient’s account")
    ERASURE_ASKED = "erasure_asked", pgettext_lazy("desk", "Patient asks to erase the case")
    ERASURE_TAKEN_BACK = "erasure_taken_back", pgettext_lazy("desk", "Erasing of the case taken back")
    ERASED = "erased", pgettext_lazy("desk", "Case erased: its key is destroyed")
    LEGAL_HOLD_SET = "legal_hold_set", pgettext_lazy("desk", "Legal hold set: the case must not be erased")
    LEGAL_HOLD_LIFTED = "legal_hold_lifted", pgettext_lazy("desk", "Legal hold lifted")
    FAMILY_LINK_MADE = "family_link_made", pgettext_lazy("desk", "Family link made")
    FAMILY_LINK_RENEWED = "family_link_renewed", pgettext_lazy("desk", "Family link renewed")
    FAMILY_LINK_CHANGED = "family_link_changed", pgettext_lazy("desk", "Family link shows more or less")
    FAMILY_LINK_MAILED = "family_link_mailed", pgettext_lazy("desk", "Family link mailed")
    FAMILY_LINK_REVOKED = "family_link_revoked", pgettext_lazy("desk", "Family link revoked")
    DOCUMENT_ADDED = "document_added", pgettext_lazy("desk", "Paper added")
    DOCUMENT_REMOVED = "document_removed", pgettext_lazy("desk", "Paper removed")
    DOCUMENT_JUDGED = "document_judged", pgettext_lazy("desk", "Paper looked at")
    PAPER_MISSING = "paper_missing", pgettext_lazy("desk", "Patient does not have a paper")
    PAPER_NOT_MISSING = "paper_not_missing", pgettext_lazy("desk", "Patient has the paper after all")
    DOCUMENT_FILED = "document_filed", pgettext_lazy("desk", "Paper filed under another item")
    DOCUMENT_RELEASED = (
        "document_released",
        pgettext_lazy("desk", "Paper released without an all-clear of the virus scanner"),
    )
    NAME_ASKED = "name_asked", pgettext_lazy("desk", "Asked about the name in the images: they are the patient’s")
    TRIP_CHANGED = "trip_changed", pgettext_lazy("desk", "Dates or plan of the trip changed")
    TRIP_SEEN = "trip_seen", pgettext_lazy("desk", "Patient has seen the plan of the trip")
    REVIEW_ASKED = "review_asked", pgettext_lazy("desk", "Shared with a reviewer")
    REVIEW_ENDED = "review_ended", pgettext_lazy("desk", "No longer shared with a reviewer")
    HOME_TOLD = "home_told", pgettext_lazy("desk", "Day of coming home told")
    FOLLOW_UP_AGREED = "follow_up_agreed", pgettext_lazy("desk", "Agreed to questions after coming home")
    FOLLOW_UP_STOPPED = "follow_up_stopped", pgettext_lazy("desk", "Questions after coming home stopped")
    FOLLOW_UP_ASKED = "follow_up_asked", pgettext_lazy("desk", "Asked how the patient is")
    FOLLOW_UP_ANSWERED = "follow_up_answered", pgettext_lazy("desk", "Patient said how they are")
    BRIEF_SENT = "brief_sent", pgettext_lazy("desk", "Brief sent to the patient to approve")
    BRIEF_TAKEN_BACK = "brief_taken_back", pgettext_lazy("desk", "Brief taken back to change it")
    BRIEF_RETURNED = "brief_returned", pgettext_lazy("desk", "Patient says that something in the brief is wrong")
    BRIEF_APPROVED = "brief_approved", pgettext_lazy("desk", "Brief approved by the patient")
    CLINIC_PROPOSED = "clinic_proposed", pgettext_lazy("desk", "Clinic proposed to the patient")
    CLINIC_TAKEN_BACK = "clinic_taken_back", pgettext_lazy("desk", "Proposal of a clinic taken back")
    CLINIC_ALLOWED = "clinic_allowed", pgettext_lazy("desk", "Patient agrees that a clinic sees the case")
    CLINIC_REFUSED = "clinic_refused", pgettext_lazy("desk", "Patient no longer agrees that a clinic sees the case")
    REFERRAL_SENT = "referral_sent", pgettext_lazy("desk", "Brief sent to a clinic")
    REFERRAL_OPENED = "referral_opened", pgettext_lazy("desk", "Clinic opened the brief")
    REFERRAL_CODE = "referral_code", pgettext_lazy("desk", "Code to open the brief mailed to the clinic")
    REFERRAL_REMINDED = "referral_reminded", pgettext_lazy("desk", "Clinic reminded")
    REFERRAL_RENEWED = "referral_renewed", pgettext_lazy("desk", "Link of the clinic renewed")
    REFERRAL_REVOKED = "referral_revoked", pgettext_lazy("desk", "Link of the clinic revoked")
    REFERRAL_DECLINED = "referral_declined", pgettext_lazy("desk", "Clinic declined")
    PAPERS_RELEASED = "papers_released", pgettext_lazy("desk", "Papers that a clinic may open changed")
    CLINIC_ASKED = "clinic_asked", pgettext_lazy("desk", "Clinic asked something")
    CLINIC_ANSWERED = "clinic_answered", pgettext_lazy("desk", "We wrote to a clinic")
    OFFER_CAME = "offer_came", pgettext_lazy("desk", "Offer of a clinic came")
    OFFER_ENTERED = "offer_entered", pgettext_lazy("desk", "Offer of a clinic entered at the desk")
    OFFER_SHOWN = "offer_shown", pgettext_lazy("desk", "Offer shown to the patient")
    OFFER_HIDDEN = "offer_hidden", pgettext_lazy("desk", "Offer no longer shown to the patient")
    OFFER_CHOSEN = "offer_chosen", pgettext_lazy("desk", "Patient chose an offer")
    PAYMENT_RECORDED = "payment_recorded", pgettext_lazy("desk", "Payment recorded")
    PAYMENT_CANCELLED = "payment_cancelled", pgettext_lazy("desk", "Payment record cancelled")
    HEALTH_WITHDRAWN = "health_withdrawn", pgettext_lazy("desk", "Consent to use health data taken back: work stops")
    DATA_WITHDRAWN = "data_withdrawn", pgettext_lazy("desk", "Consent to use personal data taken back: work stops")
    CONSENT_AGAIN = "consent_again", pgettext_lazy("desk", "Consents given again")
    ANSWERS_SENT = "answers_sent", pgettext_lazy("desk", "Patient sent answers")
    PASSPORT_DELETED = "passport_deleted", pgettext_lazy("desk", "Passport answers deleted")


class AccessKind(TextChoices):
    """What was read."""

    CASE = "case", pgettext_lazy("desk", "case page")
    ESTIMATE = "estimate", pgettext_lazy("desk", "estimate")
    FAMILY = "family", pgettext_lazy("desk", "family link opened")
    LISTED = "listed", pgettext_lazy("desk", "name and first words in the list")
    REVIEW = "review", pgettext_lazy("desk", "medical part, as a reviewer")
    EMERGENCY = "emergency", pgettext_lazy("desk", "opened in an emergency")
    DOCUMENT = "document", pgettext_lazy("desk", "paper of the patient")
    PRINTED = "printed", pgettext_lazy("desk", "PDF of the case")
    PASSPORT = "passport", pgettext_lazy("desk", "passport answers")
    CONTINUITY = "continuity", pgettext_lazy("desk", "continuity pack")
    REFERRAL = "referral", pgettext_lazy("desk", "brief and thread, by the link of a clinic")
    OFFER = "offer", pgettext_lazy("desk", "offers of clinics")
    PAYMENTS = "payments", pgettext_lazy("desk", "payments")
    REPORT = "report", pgettext_lazy("desk", "report of who saw what")

    @property
    def shown(self) -> Promise:
        """What patients call what the desk reads; the label is for the desk."""
        return ACCESS_NAMES.get(self, _("estimate"))


# What patients call what the desk reads; the labels above are for the desk.
ACCESS_NAMES: dict[AccessKind, Promise] = {
    AccessKind.CASE: _("case page"),
    AccessKind.LISTED: _("your name and a few words in the list of cases"),
    AccessKind.REVIEW: _("what you wrote, without your name and contacts, for a medical opinion"),
    AccessKind.EMERGENCY: _("your case, opened by an administrator for a reason that is kept"),
    AccessKind.DOCUMENT: _("one of your papers"),
    AccessKind.PRINTED: _("a PDF of your case"),
    AccessKind.PASSPORT: _("what you told us of your passport"),
    AccessKind.CONTINUITY: _("your papers for home"),
    AccessKind.REFERRAL: _("your medical summary, sent to a clinic that you agreed to"),
    AccessKind.OFFER: _("what clinics offer you"),
    AccessKind.PAYMENTS: _("your payments"),
    AccessKind.REPORT: _("who read your case"),
}
