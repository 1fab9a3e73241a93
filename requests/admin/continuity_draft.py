"""A continuity pack while it is being written: its rows, the letter, and what is typed in them."""

from functools import cached_property
from typing import Any

from django.forms import BoundField, MultipleChoiceField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests.continuity_content import PackContent
from requests.forms.continuity import MOST_ROWS, FollowUpForm, FollowUps, LetterForm, Medicines, RowForm, Signs
from requests.models import Case, ContinuityPack
from requests.selectors import continuity
from requests.services.continuity import Typed

ROWS = {"medicine": Medicines, "sign": Signs, "follow_up": FollowUps}
LETTER = "letter"
# What a row is called where somebody reads of one control in it.
NAMES: dict[str, Promise] = {
    "medicine": _("Medicine %(number)s: %(field)s"),
    "sign": _("What to watch for %(number)s: %(field)s"),
    "follow_up": _("Follow-up %(number)s: %(field)s"),
}


def typed_in(posted: QueryDict) -> Typed:
    """Return what was typed on a page, without what only that page knows."""
    begin = tuple(f"{prefix}-" for prefix in (*ROWS, LETTER))
    return {name: values for name, values in posted.lists() if name.startswith(begin)}


def typed_of(pack: ContinuityPack) -> Typed:
    """Return what somebody types to say again what a pack says."""
    content = PackContent.from_json(pack.content)
    rows: dict[str, list[dict[str, str]]] = {
        "medicine": [vars(row) for row in content.medicines],
        "sign": [vars(row) for row in content.signs],
        "follow_up": [
            {**vars(row), "on": row.on.isoformat(), "when": FollowUpForm.BY if row.is_by else FollowUpForm.ON}
            for row in content.follow_ups
        ],
    }
    typed: Typed = {f"{group}-TOTAL_FORMS": [str(len(of_group) or 1)] for group, of_group in rows.items()}
    for group, of_group in rows.items():
        for number, row in enumerate(of_group):
            typed |= {f"{group}-{number}-{name}": [str(text)] for name, text in row.items() if name != "is_by"}
    words = {name: getattr(content, name) for name in ("no_medicines", "letter", "letter_ru")}
    typed |= {f"{LETTER}-{name}": [text] for name, text in words.items()}
    typed[f"{LETTER}-doctor_language"] = [pack.doctor_language]
    typed[f"{LETTER}-others"] = [paper.id for paper in content.papers if not paper.is_discharge]
    return typed


def with_another(typed: Typed, group: str, papers: list[tuple[str, str]]) -> Typed:
    """Return what was typed with an empty row more in a group of rows; as it is where there are enough."""
    name = f"{group}-TOTAL_FORMS"
    number = typed.get(name, ["0"])[-1]
    if group not in ROWS or not number.isdecimal() or int(number) >= MOST_ROWS:
        return typed
    # There is nothing to select.
    chosen = {f"{group}-{number}-paper": [papers[0][0]]} if len(papers) == 1 else {}
    return {**typed, **chosen, name: [str(int(number) + 1)]}


class PackDraft:
    """Everything on the page that writes a pack; ``typed`` is nothing while nobody has typed."""

    def __init__(self, case: Case, typed: Typed | None) -> None:
        self.case = case
        self.papers = continuity.discharge_papers(case)
        self.others = continuity.other_papers(case)
        choices = {"papers": self.paper_choices}
        data = None if typed is None else _query(typed)
        self.rows = {prefix: rows(data, prefix=prefix, form_kwargs=choices) for prefix, rows in ROWS.items()}
        others = [(str(row.pk), row.title) for row in self.others]
        self.letter = LetterForm(data, prefix=LETTER, papers=self.paper_choices, others=others)

    @property
    def paper_choices(self) -> list[tuple[str, str]]:
        """The papers that a row can be taken from: ids and names."""
        return [(str(row.pk), row.title) for row in self.papers]

    @property
    def forms(self) -> list[RowForm | LetterForm]:
        """All forms, in their order on the page."""
        return [*(form for rows in self.rows.values() for form in rows.forms), self.letter]

    @cached_property
    def errors(self) -> list[str]:
        """The sentences of the summary, without repeating one."""
        sentences = [str(sentence) for form in self.forms for rows in form.errors.values() for sentence in rows]
        sentences += [str(sentence) for rows in self.rows.values() for sentence in rows.non_form_errors()]
        if self.letter.cleaned_data.get("no_medicines") and self._filled("medicine"):
            sentences.append(
                str(_("There are medicines in the list. Take them out, or the paper that says that there are none."))
            )
        return list(dict.fromkeys(sentences))

    def unchecked(self) -> "PackDraft":
        """Show no errors: nobody asked for a check."""
        for form in self.forms:
            form.leave_unchecked()
        return self

    def _filled(self, group: str) -> list[Any]:
        return [form for form in self.rows[group].forms if form.is_filled]

    def content(self) -> PackContent:
        """Return what a draft without errors says."""
        letter = {name: self.letter.cleaned_data[name].strip() for name in ("letter", "letter_ru")}
        return PackContent(
            medicines=tuple(form.row() for form in self._filled("medicine")),
            no_medicines=self.letter.cleaned_data["no_medicines"],
            signs=tuple(form.row() for form in self._filled("sign")),
            follow_ups=tuple(form.row() for form in self._filled("follow_up")),
            **letter,
        )

    @property
    def doctor_language(self) -> str:
        """The language of the doctor at home, of a draft without errors."""
        return str(self.letter.cleaned_data["doctor_language"])

    @property
    def chosen_others(self) -> list[str]:
        """The ids of the other papers that go along, of a draft without errors."""
        return list(self.letter.cleaned_data.get("others", []))

    def texts(self) -> dict[str, tuple[str, str]]:
        """Return by name of the control what stands in each one that is filled: its label and the text."""
        texts = {}
        for group, rows in self.rows.items():
            for number, form in enumerate(rows.forms, 1):
                for field in form:
                    label = str(NAMES[group]) % {"number": number, "field": field.label}
                    texts[field.html_name] = (label, _shown(field))
        texts |= {field.html_name: (str(field.label), _shown(field)) for field in self.letter}
        return {name: (label, text) for name, (label, text) in texts.items() if text}


def _query(typed: Typed) -> QueryDict:
    query = QueryDict(mutable=True)
    for prefix in ROWS:
        query[f"{prefix}-TOTAL_FORMS"], query[f"{prefix}-INITIAL_FORMS"] = "0", "0"
    for name, values in typed.items():
        query.setlist(name, values)
    return query


def _shown(field: BoundField) -> str:
    """Return what stands in a control, choices by their name."""
    value, choices = field.value(), dict(getattr(field.field, "choices", ()))
    if isinstance(field.field, MultipleChoiceField):
        return ", ".join(str(choices[key]) for key in value or () if key in choices)
    return str(choices.get(value, "") if choices else value or "").strip() if value else ""
