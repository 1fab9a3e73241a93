"""Base form of admin pages: what the database refuses is said beside its field."""

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

ENGLISH = "en"
AT_THE_SAME_MOMENT = _(
    "Nothing is saved: something with the same values was saved at the same moment. Save again, or open the page afresh."
)


class PortalModelForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A row of the admin. The code of a constraint (``violation_error_code``) names the field that its sentence belongs to."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field is None and isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            for problem in error.error_dict.pop(NON_FIELD_ERRORS, []):
                names = (problem.code, f"{problem.code}_{ENGLISH}")
                super().add_error(next((name for name in names if name in self.fields), None), problem)
            if not error.error_dict:
                return
        super().add_error(field, error)


def sentence_of(error: IntegrityError) -> str:
    """Return what a refusal of the database means: the sentence of the constraint that it names."""
    constraints = (constraint for model in apps.get_models() for constraint in model._meta.constraints)
    named = (constraint for constraint in constraints if constraint.name in str(error))
    return next((str(constraint.get_violation_error_message()) for constraint in named), str(AT_THE_SAME_MOMENT))
