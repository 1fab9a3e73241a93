"""The hidden token of a form: random, so that a form counts once; signed with its time."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "requests.form"


@dataclass(frozen=True)
class FormToken:
    """A token that came back: who it is, and how many seconds ago the form was opened.

    A token that we did not sign has no age; it still names its form, so that nothing is lost.
    """

    key: str
    age: float | None


def new_token() -> str:
    """Return a fresh signed token for a form that is being opened."""
    return signing.TimestampSigner(salt=SALT).sign(secrets.token_urlsafe(18))


def read_token(text: str) -> FormToken:
    """Read a token that a form sent back; never raises."""
    signer = signing.TimestampSigner(salt=SALT)
    try:
        key = signer.unsign(text)
    except signing.BadSignature:
        # Without a token of ours every send is its own form.
        return FormToken(salted_hmac(SALT, text or secrets.token_urlsafe(18), algorithm="sha256").hexdigest(), None)
    opened = signing.b62_decode(text.rsplit(signer.sep, 2)[1])
    return FormToken(key, time.time() - opened)


class TokenForm(forms.Form):
    """A form that counts once: it carries a hidden token, which cleans to the token's own key."""

    form_token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_token", new_token())

    def clean_form_token(self) -> str:
        return read_token(self.cleaned_data["form_token"]).key
