"""What mails to the contacts of clinics tell us of their addresses."""

from django.utils import timezone

from clinics.models import ClinicContact


def mark_refused(contact: ClinicContact) -> bool:
    """Note that the server of a contact refused a mail to the address of ``contact``; return whether that is news.

    One whose address was corrected since the mail was made is left alone.
    """
    now = timezone.now()
    same_address = ClinicContact.objects.filter(pk=contact.pk, email=contact.email)
    is_news = bool(same_address.filter(refused_at=None).update(refused_at=now))
    if is_news or same_address.update(refused_at=now):
        contact.refused_at = now
    return is_news
