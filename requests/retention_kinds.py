"""Kinds of retention: the texts, the default and the bounds of each rule. What is done: ``services.retention``."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests.append_only import KEPT_DAYS
from requests.enums import RetentionKind as K
from requests.enums import Status

YEAR = 365
# Decided cases end by these; a merged one goes with the case in which it lives on.
ENDINGS: dict[K, tuple[Status, ...]] = {
    K.CLOSED_CASES: (Status.CLOSED,),
    K.DECLINED_CASES: (Status.DECLINED_BY_PATIENT, Status.DECLINED_BY_US),
    K.UNANSWERED_CASES: (Status.NO_ANSWER,),
    K.SPAM_CASES: (Status.SPAM,),
}


class KindOfRetention(NamedTuple):
    """What the privacy page and the desk say of a rule, and within which days it may be changed."""

    what: Promise
    why: Promise
    readers: Promise
    counts_from: Promise
    then: Promise
    reason: Promise
    days: int
    least: int
    most: int = 10 * YEAR


_CARE = _("to find care for you and to answer you")
_TEAM = _("coordinators who work on your case, and a clinic once you have agreed")
_END = _("the day on which the case ended")
_ERASED = _("the key of the case is destroyed, so that nobody can read it any more")

KINDS: dict[K, KindOfRetention] = {
    K.CLOSED_CASES: KindOfRetention(
        _("A case after treatment, with its messages and papers"),
        _CARE,
        _TEAM,
        _END,
        _ERASED,
        _("You may need your papers for check-ups and for your doctor at home."),
        3 * YEAR,
        90,
    ),
    K.DECLINED_CASES: KindOfRetention(
        _("A case that was declined, by you or by us"),
        _CARE,
        _TEAM,
        _END,
        _ERASED,
        _("You may change your mind and go on without telling everything again."),
        YEAR,
        30,
    ),
    K.UNANSWERED_CASES: KindOfRetention(
        _("A case in which we heard nothing more from you"),
        _CARE,
        _TEAM,
        _END,
        _ERASED,
        _("You may come back, and your link still opens the case."),
        YEAR,
        30,
    ),
    K.SPAM_CASES: KindOfRetention(
        _("A form that a person did not read as a request"),
        _("to tell people from robots"),
        _("coordinators"),
        _END,
        _ERASED,
        _("A request may have been taken for spam by mistake."),
        90,
        30,
    ),
    K.PASSPORTS: KindOfRetention(
        _("Passport data"),
        _("for the invitation and the visa"),
        _("coordinators who work on your case"),
        _("the day on which you are home again, your treatment is over or your case has ended"),
        _("they are deleted"),
        _("Nobody needs them after the trip; some days are left for a journey that changes."),
        14,
        1,
        14,
    ),
    K.UNFINISHED_PAPERS: KindOfRetention(
        _("A paper whose upload was not finished"),
        _("to go on where the upload stopped"),
        _("nobody"),
        _("the last part that came"),
        _("what came of it is deleted"),
        _("The whole paper is still on your device, and can be sent again."),
        1,
        1,
        7,
    ),
    K.HANDOVER_NOTES: KindOfRetention(
        _("Notes of one shift of coordinators for the next"),
        _("so that no work is lost between two shifts"),
        _("coordinators"),
        _("the day on which it was written"),
        _("it is deleted"),
        _("What matters stands in the case by then."),
        30,
        7,
        90,
    ),
    K.AUDIT: KindOfRetention(
        _("The record of who opened or changed a case: numbers, times and kinds, no texts"),
        _("to show you who read your case, and to find misuse"),
        _("you, lead coordinators and administrators"),
        _("the day of the entry"),
        _("the entries of whole days are deleted; a fingerprint of the day stays"),
        _("Misuse often comes to light late."),
        5 * YEAR,
        KEPT_DAYS + 1,
    ),
    K.SECURITY_LOG: KindOfRetention(
        _("When and from which internet address somebody signed in to an account"),
        _("to show you your sessions, and to find misuse"),
        _("you and administrators"),
        _("the day of the entry"),
        _("the entry is deleted"),
        _("A year shows what is usual for an account."),
        YEAR,
        30,
        2 * YEAR,
    ),
    K.FEEDBACK: KindOfRetention(
        _("Feedback about a page, without your name"),
        _("to make the page better"),
        _("editors"),
        _("the day on which it was sent"),
        _("it is deleted"),
        _("Each page is reviewed within a year."),
        YEAR,
        30,
        2 * YEAR,
    ),
    K.SENT_MAILS: KindOfRetention(
        _("That a mail was sent to you, and when; its words are not kept"),
        _("to find out why a mail did not arrive"),
        _("administrators"),
        _("the day on which it was sent"),
        _("the entry is deleted"),
        _("After a month nobody asks for a lost mail any more."),
        30,
        7,
        90,
    ),
}
