"""What patients see of a coordinator: the portrait."""

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete
from modeltranslation.utils import build_localized_fieldname

from clinics.models import Photo
from clinics.services import photos
from requests.models import CoordinatorProfile


@transaction.atomic
def save(*, profile: CoordinatorProfile, upload: bytes | None = None, without_portrait: bool = False) -> None:
    """Save a profile with its portrait: a new one in the place of the old, or none.

    The alternative text of a portrait is the name.
    """
    if without_portrait and profile.photo is not None:
        gone, profile.photo = profile.photo, None
        profile.save()
        gone.delete()
        return
    photo = profile.photo
    if photo is None and upload is not None:
        photo = Photo()
    if photo is not None:
        for code in settings.LIVE_LANGUAGES:
            # Not ``shown_name``, which is in the language of who edits the profile.
            names = (
                getattr(profile, build_localized_fieldname("name", each)) for each in (code, settings.LANGUAGE_CODE)
            )
            name = next(filter(None, names), str(profile.user.name))
            setattr(photo, build_localized_fieldname("alternative_text", code), name)
        photos.save(photo=photo, upload=upload)
        profile.photo = photo
    profile.save()


def connect() -> None:
    """Let the portrait go with the profile, also when the account is deleted."""
    post_delete.connect(_forget, sender=CoordinatorProfile, dispatch_uid="portraits of coordinators")


def _forget(instance: CoordinatorProfile, **kwargs: object) -> None:
    if instance.photo is not None:
        instance.photo.delete()
