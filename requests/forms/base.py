"""What all public forms of the portal share."""

from typing import Any

from django import forms
from django.http import QueryDict


def without_nul(data: QueryDict) -> QueryDict:
    """Return a query without NUL characters: nobody types them, and PostgreSQL stores none."""
    clean = QueryDict(mutable=True)
    for name, values in data.lists():
        clean.setlist(name, [value.replace("\x00", "") for value in values])
    return clean


class PublicForm(forms.Form):
    """A form that leaves checking to the server and can say where each error is."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None if data is None else without_nul(data), *args, **kwargs)
        for field in self.fields.values():
            # A browser would cut a long text off without a word; we say it instead.
            field.widget.attrs.pop("maxlength", None)

    def wrong_fields(self) -> list[tuple[str, str]]:
        """Return (id of the control, sentence) for each error, in the order of the page."""
        rows = []
        for field in self:
            is_group = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
            target = f"{field.auto_id}_0" if is_group else str(field.auto_id)
            rows += [(target, str(error)) for error in field.errors]
        return rows
