"""The forms of the coordinators' desk."""

import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from conditions.models.prices import currency_code
from portal.core.http.forms import AnswersForm, TokenForm
from portal.core.localisation import desk_formats
from portal.core.localisation.formats import zone_name
from portal.core.worktime import team_today
from requests.enums import EstimateKind, NextTurn, Outcome, Question, Status, Turn
from requests.models import CannedReply, Case, EndReason, EstimateLine
from requests.models.replies import GAP
from requests.pricing import PricedProcedure
from requests.selectors import next_date
from requests.selectors.desk import by_reference, colleagues
from requests.selectors.next_date import Following, end_of, usual
from requests.workflow import OPEN, REASONED, outcomes_from

LONGEST_HOLD = datetime.timedelta(days=366)


def _area(rows: int, **attrs: str) -> forms.Widget:
    widget: forms.Widget = UnfoldAdminTextareaWidget(attrs={"rows": rows, "dir": "auto", **attrs})
    return widget


class SeenField(forms.IntegerField):
    """How many things of the patient the page showed; without a number that is none, so that nothing is passed over."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> int:
        try:
            return max(super().clean(value) or 0, 0)
        except forms.ValidationError:
            return 0


class SeenForm(forms.Form):
    """What every answer carries: how much of the patient's words its writer had seen."""

    seen = SeenField()


# The one form of the case page, which stands apart from its controls.
CASE_FORM = {"form": "case-form"}


NO_DATE = _("Nothing in this case has a day then. Say who acts next, and when.")


class AndThenForm(AnswersForm):
    """What comes next in an open case; cleaned, ``turn`` and ``next_at`` say it.

    ``then`` is what comes next if nobody says otherwise, also from a page that does not ask. ``standing`` is the
    next date that stays if nothing else is said, if there is one.
    """

    turn = forms.ChoiceField(
        label=_("And then"),
        choices=NextTurn,
        widget=UnfoldAdminRadioSelectWidget(attrs=CASE_FORM),
        error_messages=dict.fromkeys(("required", "invalid_choice"), NO_DATE),
    )
    on = forms.DateField(
        label=_("On"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date", **CASE_FORM}),
        error_messages={"invalid": _("Enter a date such as 2026-12-31.")},
    )
    time = forms.TimeField(
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time", **CASE_FORM}),
        error_messages={"invalid": _("Enter a time such as 14:30.")},
    )

    def __init__(
        self, case: Case, *args: Any, then: Following | None, standing: datetime.datetime | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = case.zones[0]
        self.fields["time"].label = _("At, %(zone)s") % {"zone": zone_name(self.zone, desk_formats.language())}
        if then is None:
            for name in ("turn", "on", "time"):
                del self.fields[name]
            return
        labels: dict[str, Any] = dict(NextTurn.choices)
        if not case.phone:
            del labels[NextTurn.CALL]
        if standing is not None:
            labels[NextTurn.AS_IT_IS] = _("As it is, next on %(day)s") % {"day": desk_formats.moment(standing)}
        elif not case.is_on_hold:
            del labels[NextTurn.AS_IT_IS]
        self.fields["turn"].choices = list(labels.items())  # type: ignore[attr-defined]  # a ChoiceField
        self.initial = {"turn": then.turn, "on": then.at.date(), **self.initial}
        if self.is_bound and self.add_prefix("turn") not in self.data:
            self.put_answer(self.add_prefix("turn"), then.turn)
            self.put_answer(self.add_prefix("on"), str(then.at.date()))

    def clean(self) -> dict[str, Any]:
        """Whose turn it is, and the moment that goes with it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        turn, day, time = (cleaned.pop(name, None) for name in ("turn", "on", "time"))
        cleaned |= {"turn": NextTurn(turn or NextTurn.AS_IT_IS), "next_at": None}
        if cleaned["turn"] == NextTurn.AS_IT_IS or {"turn", "on", "time"} & self.errors.keys():
            return cleaned
        if day is None or not team_today() <= day <= team_today() + LONGEST_HOLD:
            self.add_error("on", _("Enter today or a day within a year."))
        elif turn == NextTurn.CALL and time is None:
            self.add_error("time", _("Enter the time of the call."))
        elif turn == NextTurn.CALL:
            cleaned["next_at"] = datetime.datetime.combine(day, time, ZoneInfo(self.zone))
            if cleaned["next_at"] <= timezone.now():
                self.add_error("time", _("Enter a time that is not past."))
        else:
            cleaned["next_at"] = end_of(day)
        return cleaned


class AnswerForm(AndThenForm, SeenForm, TokenForm):
    """A message to the patient, and what comes next."""

    body = forms.CharField(
        label=_("Your message"),
        widget=_area(6, **CASE_FORM),
        max_length=10_000,
        error_messages={"required": _("Enter a message.")},
    )

    field_order = ("body", "turn", "on", "time")

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        # An answer says what comes next anew, whatever stands.
        then = usual(Turn.PATIENT) if case.is_open else None
        super().__init__(case, *args, then=then, standing=next_date.standing(case, is_answered=True), **kwargs)

    def clean_body(self) -> str:
        """What a canned reply left open is filled in before the patient reads it."""
        body: str = self.cleaned_data["body"]
        if gaps := dict.fromkeys(GAP.findall(body)):
            raise forms.ValidationError(
                _("Fill in what is left open, or take it out: %(gaps)s.") % {"gaps": ", ".join(gaps)}
            )
        return body


class ReplyForm(forms.Form):
    """A canned reply to put into the answer."""

    reply = forms.ChoiceField(label=_("Canned reply"), required=False, widget=UnfoldAdminSelectWidget(attrs=CASE_FORM))

    def __init__(self, ready: list[CannedReply], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybodys = [(reply.code, str(reply)) for reply in ready if reply.owner_id is None]
        own = [(reply.code, str(reply)) for reply in ready if reply.owner_id]
        choices = [("", _("Select a reply")), *everybodys, *([(_("Yours"), own)] if own else [])]
        self.fields["reply"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class NoteForm(TokenForm):
    """An internal note."""

    body = forms.CharField(
        label=_("New note"),
        help_text=_("@Anna makes it a task of Anna."),
        widget=_area(3, **CASE_FORM),
        max_length=10_000,
        error_messages={"required": _("Enter a note.")},
    )


class AssignForm(forms.Form):
    """Who works on the case."""

    owner = forms.ModelChoiceField(
        colleagues(),
        required=False,
        empty_label=_("Nobody"),
        label=_("Owner"),
        widget=UnfoldAdminSelectWidget(attrs=CASE_FORM),
    )


class MoveForm(AndThenForm):
    """What a move to one state needs besides the click, and what comes next.

    A move ``goes_without`` facts that it needs when a lead may say why.
    """

    reason = forms.CharField(
        label=_("Reason (optional)"),
        help_text=_("Kept as an internal note. The patient does not see it."),
        required=False,
        max_length=2_000,
        widget=_area(3),
    )
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        help_text=_("“The patient died” cancels every mail to the patient, also those that wait, and ends open tasks."),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    papers_stated = forms.BooleanField(
        label=_("The discharge papers are in and translated"),
        help_text=_("Needed to close as treated. Your name is kept with this statement."),
        required=False,
    )
    merged_into = forms.CharField(
        label=_("Reference of the case that goes on"),
        help_text=_("Any spelling: MR-7K3Q-9F2D or 7k3q9f2d."),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )

    end_reason: "forms.ModelChoiceField[EndReason]" = forms.ModelChoiceField(
        EndReason.objects.all(),
        label=_("Why it ends"),
        help_text=_("For our figures. The patient does not see it."),
        empty_label=None,
        widget=UnfoldAdminRadioSelectWidget(),
        error_messages={"required": _("Select why the case ends."), "invalid_choice": _("Select why the case ends.")},
    )

    field_order = ("end_reason", "outcome", "papers_stated", "merged_into", "turn", "on", "time", "reason")

    def __init__(self, case: Case, to: Status, *args: Any, goes_without: bool = False, **kwargs: Any) -> None:
        old = Status(case.status)
        then = next_date.after_move(case, to) if to in OPEN else None
        super().__init__(case, *args, then=then, standing=next_date.standing(case), **kwargs)
        self.to = to.value
        reasons = EndReason.of(to)
        why: Any = self.fields["end_reason"]
        why.queryset, why.required = reasons, to in REASONED
        if to in OPEN or not reasons:
            del self.fields["end_reason"]
        if goes_without:
            self.fields["reason"].label = _("Why it goes on without")
        outcomes = outcomes_from(old)
        choices = [("", _("Select how it ended")), *((outcome.value, outcome.label) for outcome in outcomes)]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if to != Status.CLOSED:
            del self.fields["outcome"]
        if to != Status.CLOSED or Outcome.TREATED not in outcomes:
            del self.fields["papers_stated"]
        if to != Status.DUPLICATE:
            del self.fields["merged_into"]

    def clean_outcome(self) -> Outcome:
        """Closing needs to say how it ended."""
        if not self.cleaned_data["outcome"]:
            raise forms.ValidationError(_("Select how it ended."))
        return Outcome(self.cleaned_data["outcome"])

    def clean_merged_into(self) -> Case:
        """A duplicate joins a case that exists."""
        case = by_reference(self.cleaned_data["merged_into"])
        if case is None:
            raise forms.ValidationError(_("Enter the reference of the case that this one joins."))
        return case


class EndingForm(SeenForm, TokenForm):
    """The last word to the patient of a case that ends."""

    message = forms.CharField(
        label=_("Message to the patient (optional)"),
        help_text=_(
            "It stands on the case page, and a mail with a link tells of it. It answers what the patient wrote."
        ),
        required=False,
        max_length=10_000,
        widget=_area(5),
    )
    no_answer_needed = forms.BooleanField(
        label=_("No answer is needed"),
        help_text=_(
            "Your name is kept with it. Without a message or this tick, a patient who waits stays in the queue."
        ),
        required=False,
    )


class NewWayForm(forms.Form):
    """By what the desk knew somebody who lost phone and mailbox."""

    asked = forms.MultipleChoiceField(
        label=_("They answered, and the case says the same"),
        help_text=_("Ask, and never read out. At least two."),
        choices=Question,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"required": _("Tick at least two questions that they answered.")},
    )
    way = forms.CharField(
        label=_("How you talk to them, and how the new link reaches them"),
        help_text=_("Kept as an internal note, with your name."),
        max_length=500,
        widget=_area(2),
        error_messages={"required": _("Say how you talk to them.")},
    )

    def clean_asked(self) -> list[str]:
        """One answer may be known to others."""
        asked: list[str] = self.cleaned_data["asked"]
        if len(asked) < 2:
            raise forms.ValidationError(_("Tick at least two questions that they answered."))
        return asked


class HoldForm(forms.Form):
    """Until when a case waits, and why."""

    until = forms.DateField(
        label=_("On hold until"),
        help_text=_("The case comes back on this day, or as soon as the patient writes. Her page says until when."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": _("Enter until when the case waits."),
            "invalid": _("Enter a date such as 2026-12-31."),
        },
    )
    reason = forms.CharField(
        label=_("Why it waits"),
        help_text=_("For the desk. The patient does not see it."),
        max_length=2_000,
        widget=_area(3),
        error_messages={"required": _("Say why the case waits.")},
    )

    def clean_until(self) -> datetime.date:
        """A hold ends on a day that can be meant."""
        day: datetime.date = self.cleaned_data["until"]
        today = team_today()
        if not today < day <= today + LONGEST_HOLD:
            raise forms.ValidationError(_("Enter a day after today and within a year."))
        return day


def _money(label: Any) -> forms.DecimalField:
    widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        widget=widget,
        error_messages={"invalid": _("Enter an amount such as 1200 or 1200.50.")},
    )


class LineForm(forms.Form):
    """One line of an estimate; an empty amount means "price on request"."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=999,
        initial=1,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Enter a whole number.")},
    )
    amount_from = _money(_("From"))
    amount_to = _money(_("To (optional)"))
    currency = forms.CharField(
        label=_("Currency"), initial="USD", max_length=3, required=False, widget=UnfoldAdminTextInputWidget()
    )
    included = forms.CharField(label=_("Included"), required=False, widget=_area(2))
    excluded = forms.CharField(label=_("Not included"), required=False, widget=_area(2))

    def clean_currency(self) -> str:
        """A currency is three letters."""
        code: str = self.cleaned_data["currency"].strip().upper() or "USD"
        currency_code(code)
        return code

    def clean(self) -> dict[str, Any]:
        """An upper bound stands above a lower one."""
        data = self.cleaned_data
        data["quantity"] = data.get("quantity") or 1
        lower, upper = data.get("amount_from"), data.get("amount_to")
        if upper is not None and lower is None and "amount_from" not in self.errors:
            self.add_error("amount_from", _("Enter the lower amount, or leave both empty."))
        if lower is not None and upper is not None and upper < lower:
            self.add_error("amount_to", _("Enter an amount that is not below “From”."))
        return data

    def values(self) -> dict[str, Any]:
        """Return the cleaned values under the names of an estimate line."""
        return {name: self.cleaned_data[name] for name in self.base_fields if name != "include"}


class ListedLineForm(LineForm):
    """A line from the price list; ``line`` is the copy that it starts from.

    Its controls carry the code of the procedure, so that a price list that changes meanwhile mixes no lines up.
    """

    include = forms.BooleanField(required=False)

    def __init__(self, priced: PricedProcedure, line: EstimateLine, data: Any, *, include: bool) -> None:
        initial = {name: getattr(line, name) for name in LineForm.base_fields}
        prefix = f"line-{priced.procedure.code}"
        super().__init__(data, prefix=prefix, initial={**initial, "include": include})
        self.priced, self.line = priced, line

    def clean(self) -> dict[str, Any]:
        """A line that is not included may hold anything: it is not issued."""
        data = super().clean()
        if not data["include"]:
            self.errors.clear()
        return data


class FreeLineForm(LineForm):
    """A line that a coordinator writes; it counts when it has a name."""

    name = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget(attrs={"dir": "auto"}))
    name_ru = forms.CharField(max_length=150, required=False, widget=UnfoldAdminTextInputWidget(attrs={"lang": "ru"}))

    def __init__(self, *args: Any, language_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What it is, in %(language)s") % {"language": language_name}
        self.fields["name_ru"].label = _("The same in Russian")

    def clean(self) -> dict[str, Any]:
        """A line with an amount has a name in both languages."""
        data = super().clean()
        if data.get("name") and not data.get("name_ru"):
            self.add_error("name_ru", _("Enter the name in Russian: the estimate is printed in both languages."))
        typed = [data.get(name) for name in ("name_ru", "amount_from", "amount_to", "included", "excluded")]
        if not data.get("name") and any(value not in (None, "") for value in typed):
            self.add_error("name", _("Enter what this line is, or empty the line."))
        return data


class BaseLinesByHand(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The lines that a coordinator writes; an empty one follows when the last one is filled."""

    def total_form_count(self) -> int:
        number = super().total_form_count()
        return number + bool(self.data.get(f"{self.prefix}-{number - 1}-name"))


LinesByHand = forms.formset_factory(FreeLineForm, formset=BaseLinesByHand, extra=3, can_delete=True)


class TermsForm(SeenForm):
    """What holds for the whole estimate."""

    valid_until = forms.DateField(
        label=_("Valid until"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": _("Enter until when it is valid."),
            "invalid": _("Enter a date such as 2026-12-31."),
        },
    )
    how_we_are_paid = forms.CharField(
        label=_("How we are paid"),
        help_text=_("Printed in the estimate, in the patient’s language."),
        widget=_area(3),
        error_messages={"required": _("Enter how we are paid. Every estimate says so.")},
    )
    included = forms.CharField(label=_("Included in the whole (optional)"), required=False, widget=_area(3))
    excluded = forms.CharField(
        label=_("Not included, and what could raise the price (optional)"), required=False, widget=_area(3)
    )
    reason = forms.CharField(
        label=_("Why the supplement is needed"),
        help_text=_("Printed in the supplement, in the patient’s language."),
        max_length=2_000,
        widget=_area(3),
        error_messages={"required": _("Say why the supplement is needed. It is printed.")},
    )
    after = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=EstimateKind.choices, widget=forms.HiddenInput)

    def __init__(self, kind: EstimateKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != EstimateKind.SUPPLEMENT:
            del self.fields["reason"]

    def clean_valid_until(self) -> datetime.date:
        """An estimate is valid for a while."""
        day: datetime.date = self.cleaned_data["valid_until"]
        if day <= timezone.now().date():
            raise forms.ValidationError(_("Enter a day after today."))
        return day
