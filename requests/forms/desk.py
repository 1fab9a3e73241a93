"""Forms on the page of a case at the desk: answers, notes, owners, moves, endings, holds."""

import datetime
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

from portal.core.http.forms import AnswersForm, TokenForm
from portal.core.localisation import desk_formats
from portal.core.localisation.formats import zone_name
from portal.core.worktime import team_today
from requests.enums import NextTurn, Outcome, Question, Status, Turn
from requests.models import CannedReply, Case, EndReason
from requests.models.replies import GAP
from requests.selectors import next_date
from requests.selectors.desk import by_reference, colleagues
from requests.selectors.next_date import Following, end_of, usual
from requests.workflow import OPEN, REASONED, outcomes_from

LONGEST_HOLD = datetime.timedelta(days=366)


def area(rows: int, **attrs: str) -> forms.Widget:
    """Return the widget of a text in any language."""
    widget: forms.Widget = UnfoldAdminTextareaWidget(attrs={"rows": rows, "dir": "auto", **attrs})
    return widget


class SeenField(forms.IntegerField):
    """How many things of a case the page showed; without a number that is none, so that nothing is passed over."""

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
        widget=area(6, **CASE_FORM),
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
        widget=area(3, **CASE_FORM),
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
        widget=area(3),
    )
    outcome = forms.ChoiceField(
        label=_("How it ended"),
        help_text=_("“The patient died” cancels every mail to the patient, also those that wait, and ends open tasks."),
        required=False,
        widget=UnfoldAdminSelectWidget(),
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

    field_order = ("end_reason", "outcome", "merged_into", "turn", "on", "time", "reason")

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
        widget=area(5),
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
        widget=area(2),
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
        widget=area(3),
        error_messages={"required": _("Say why the case waits.")},
    )

    def clean_until(self) -> datetime.date:
        """A hold ends on a day that can be meant."""
        day: datetime.date = self.cleaned_data["until"]
        today = team_today()
        if not today < day <= today + LONGEST_HOLD:
            raise forms.ValidationError(_("Enter a day after today and within a year."))
        return day
