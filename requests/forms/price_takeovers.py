"""Form under a price of an estimate or an offer: until when it holds, and whether it goes into the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from portal.core.worktime import team_today
from requests.selectors.price_takeovers import SeenPrice


class TakeoverForm(forms.Form):
    """One price; its controls carry its key, so that a list that grows meanwhile mixes no prices up."""

    valid_until = forms.DateField(
        label=pgettext_lazy("desk", "Holds until"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"required": _("Enter a day."), "invalid": _("Enter a date such as 2026-12-31.")},
    )

    def __init__(self, price: SeenPrice, data: Any = None) -> None:
        proposed = price.holds_until(team_today())
        super().__init__(data, prefix=price.key, initial={"valid_until": proposed.isoformat()})
        self.price = price
