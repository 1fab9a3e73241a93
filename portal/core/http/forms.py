"""Base classes of public forms: errors that say where, a form token, and guards against robots."""

import secrets
import time
from typing import Any, Self

from django import forms
from django.conf import settings
from django.core import signing
from django.db.models import TextChoices
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext_lazy

SALT = "portal.form"
# The language switcher of a page with a form is a submit of that form under this name, so that nothing typed is lost.
FROM_LANGUAGE = "from_language"


class SpamSignal(TextChoices):
    """What looks odd about a form that came back; the people who read it decide."""

    HONEYPOT = "honeypot", "hidden field filled in"
    TOO_FAST = "too_fast", "sent too fast"
    FORGED = "forged", "form token missing or changed"


def without_nul(data: QueryDict) -> QueryDict:
    """Return a query without NUL characters: nobody types them, and PostgreSQL stores none."""
    clean = QueryDict(mutable=True)
    for name, values in data.lists():
        clean.setlist(name, [value.replace("\x00", "") for value in values])
    return clean


def new_token() -> str:
    """Return a fresh signed token for a form that is being opened: random, so that the form counts once."""
    return signing.TimestampSigner(salt=SALT).sign(secrets.token_urlsafe(18))


def read_token(text: str) -> tuple[str, float | None]:
    """Return the key of a token that a form sent back, and how many seconds ago the form was opened; never raises.

    A token that we did not sign has no age and is nobody: its key is made up, and matches nothing.
    """
    signer = signing.TimestampSigner(salt=SALT)
    try:
        key = signer.unsign(text)
    except signing.BadSignature:
        # Without a token of ours every submission is its own form.
        return secrets.token_urlsafe(18), None
    # The signer compares an age with a limit, and does not tell it.
    opened = signing.b62_decode(text.rsplit(signer.sep, 2)[1])
    return key, time.time() - opened


class AnswersForm(forms.Form):
    """A form that may show something else than what was typed."""

    # Django's stubs know not what a browser posts.
    data: QueryDict

    def put_answer(self, name: str, value: str) -> None:
        """Put something else in the place of what was typed, for the page that shows the form again."""
        self.data = self.data.copy()  # what a request posted cannot be changed
        self.data[name] = value


class PublicForm(AnswersForm):
    """A form that leaves checking to the server and can say where each error is."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None if data is None else without_nul(data), *args, **kwargs)
        for field in self.fields.values():
            # A browser would cut a long text off without a word; we say it instead.
            field.widget.attrs.pop("maxlength", None)

    def as_typed(self, from_language: str) -> Self:
        """Return this form unchecked, with what was typed: its page is shown in another language.

        ``from_language`` is the language that the reader leaves.
        """
        self._errors = ErrorDict()
        return self

    def wrong_fields(self) -> list[tuple[str, str]]:
        """Return (id of the control, sentence) for each error, in the order of the page."""
        rows = []
        for field in self:
            is_group = isinstance(
                field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget
            )
            target = f"{field.auto_id}_0" if is_group else str(field.auto_id)
            rows += [(target, str(error)) for error in field.errors]
        return rows


class PatientEmailField(forms.EmailField):
    """The e-mail address of a patient, who types it herself."""

    def __init__(self, *, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label=label or gettext_lazy("Your e-mail address"),
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
            error_messages={
                "required": gettext_lazy("Enter your e-mail address."),
                "invalid": gettext_lazy("Enter an e-mail address like name@example.com."),
                "max_length": gettext_lazy("Enter an e-mail address of at most 254 characters."),
            },
            **kwargs,
        )


class TokenForm(forms.Form):
    """A form that counts once: it carries a hidden token, which cleans to the token's own key."""

    form_token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_token", new_token())

    def clean_form_token(self) -> str:
        key, _age = read_token(self.cleaned_data["form_token"])
        return key


class GuardedForm(TokenForm, PublicForm):
    """A form for people whom we do not know: it notes what looks like a robot, and refuses nobody."""

    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))

    def spam_signals(self) -> list[SpamSignal]:
        """Return what looks odd about a checked form."""
        odd = [SpamSignal.HONEYPOT] if self.cleaned_data["website"] else []
        _key, age = read_token(self.data.get("form_token", ""))
        if age is None:
            return [*odd, SpamSignal.FORGED]
        return [*odd, SpamSignal.TOO_FAST] if age < settings.FORM_MIN_SECONDS else odd
