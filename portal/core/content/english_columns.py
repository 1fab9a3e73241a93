"""The column of a translated field that has no language holds the English text, in whatever language somebody works.

modeltranslation would write into it what the field reads in the language of the request, so that a save by a Russian
editor changed a column that she did not see. Nothing reads it; it is kept alike for copies and for plain SQL.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Model
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname


def keep_english() -> None:
    """Let every translated field save its English text in its own column."""
    for model in translator.get_registered_models():
        for name in translator.get_options_for_model(model).get_field_names():
            field: Any = model._meta.get_field(name)
            field.pre_save = partial(_english_text, field)


def _english_text(field: Any, instance: Model, add: bool) -> Any:
    text = getattr(instance, build_localized_fieldname(field.name, settings.LANGUAGE_CODE))
    return field.get_default() if text is None else text
