"""An estimate while it is being built: its lines as one table, and what holds for the whole."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from modeltranslation.utils import build_localized_fieldname

from conditions.models import Procedure
from portal.core.content.translated_columns import untranslated
from portal.core.localisation import desk_formats, formats
from portal.core.localisation.money import Amount
from requests.enums import EstimateKind, LineKind
from requests.forms.estimates import MOST_LINES, NAMES, FreeLineForm, LinesByHand, SourceLineForm, TermsForm
from requests.models import Case, Estimate, EstimateLine
from requests.services import estimates
from requests.services.estimate_sources import Source, SourceLine
from requests.services.estimates import Basis, translated


@dataclass(frozen=True)
class Row:
    """A row of the table, and what its line starts from; a line by hand starts from nothing."""

    form: SourceLineForm | FreeLineForm
    source: SourceLine | None = None


class Names:
    """The list of procedures by name, so that one of two names is enough."""

    def __init__(self, language: str) -> None:
        self.language = language
        rows: QuerySet[Procedure] = untranslated(Procedure)
        self.procedures = list(rows.order_by("order", "code"))
        self._by_name = {
            getattr(procedure, build_localized_fieldname("name", code)) or "": procedure
            for code in ("en", language, "ru")
            for procedure in self.procedures
        }

    def of(self, name: str) -> Procedure | None:
        """Return the procedure that is called so in English, Russian or the patient's language."""
        return self._by_name.get(name.strip()) if name.strip() else None

    def pairs(self) -> list[tuple[str, str]]:
        """Return each procedure in the patient's language and in Russian."""
        return [
            (translated(procedure, "name", self.language), translated(procedure, "name", "ru"))
            for procedure in self.procedures
        ]

    def complete(self, data: dict[str, Any], prefix: str) -> None:
        """Fill in the names and units of a line of which one name is there, where the list knows it."""
        own, russian = (str(data.get(f"{prefix}-{name}") or "") for name in ("name", "name_ru"))
        procedure = self.of(own or russian) if not (own and russian) else None
        if procedure is None:
            return
        for name in NAMES:
            column, language = (name[:-3], "ru") if name.endswith("_ru") else (name, self.language)
            if column == "name" or not data.get(f"{prefix}-{name}"):
                data[f"{prefix}-{name}"] = translated(procedure, column, language)


class Draft:
    """Everything on the page that builds an estimate; ``now`` is what there is to know of the case by now.

    ``data`` are the controls by name, None for a page that nobody has typed in.
    """

    def __init__(self, case: Case, now: Basis, source: Source, data: dict[str, Any] | None) -> None:
        self.case, self.source, self.kind = case, source, now.kind
        self.is_supplement = now.kind == EstimateKind.SUPPLEMENT
        self.language_name = formats.language_inside(case.language, desk_formats.language())
        if data is not None:
            data = self._completed(data)
        rows = [
            Row(
                SourceLineForm(line.line, line.key, data, include=line.is_included, language=case.language),
                line,
            )
            for line in source.lines
        ]
        self.listed = [row for row in rows if row.form.line.kind == LineKind.TREATMENT]  # type: ignore[union-attr]  # of a source
        self.own = [row for row in rows if row not in self.listed]
        self.by_hand = LinesByHand(data, prefix="free", form_kwargs={"language": case.language})
        terms = {
            **source.words,
            "valid_until": source.valid_until,
            "after": now.version,
            "seen": now.seen,
            "kind": now.kind,
        }
        self.form = TermsForm(now.kind, data, prefix="terms", initial=terms)

    @classmethod
    def opened(cls, case: Case, now: Basis, source: Source) -> "Draft":
        """Return the page as it opens: with its preview where nothing is missing, and without errors where something is."""
        unbound = cls(case, now, source, None)
        whole = cls(case, now, source, unbound.values())
        return whole if whole.is_valid() else unbound

    @cached_property
    def names(self) -> Names:
        """The names that the page suggests."""
        return Names(self.case.language)

    def rows(self) -> list[Row]:
        """Return every row in its order."""
        return [*self.listed, *(Row(form) for form in self.by_hand), *self.own]

    def values(self) -> dict[str, Any]:
        """Return what the page would post as it stands."""
        data = {"free-TOTAL_FORMS": "1", "free-INITIAL_FORMS": "0"}
        for form in [*(row.form for row in self.rows()), self.form]:
            for name in form.fields:
                value = form[name].value()
                # Not compared: 0 is a value, and equals False.
                if value is not None and value is not False and value != "":
                    data[form.add_prefix(name)] = value.isoformat() if isinstance(value, date) else str(value)
        return data

    def _completed(self, posted: dict[str, Any]) -> dict[str, Any]:
        """Return a posted page with the number of its lines by hand, an empty one to follow them, and known names filled in."""
        # A page of the release before has three lines and does not count them.
        data = {"free-TOTAL_FORMS": "3", "free-INITIAL_FORMS": "0", **posted}
        number = str(data["free-TOTAL_FORMS"])
        if not number.isdecimal() or len(number) > 3:
            return data
        if "add" in data:
            data["free-TOTAL_FORMS"] = str(min(int(number) + 1, MOST_LINES))
        currency = next((line.line.currency for line in self.source.lines), "USD")
        data = {f"free-{number}-quantity": "1", f"free-{number}-currency": currency, **data}
        keys = [f"line-{line.key}" for line in self.source.lines if line.line.procedure is None]
        for prefix in [*keys, *(f"free-{index}" for index in range(min(int(number), MOST_LINES)))]:
            self.names.complete(data, prefix)
        return data

    @cached_property
    def errors(self) -> list[str]:
        """The sentences of the summary, without repeating one; none while nothing is posted."""
        if not self.form.is_bound:
            return []
        by_source = [row.form.errors for row in (*self.listed, *self.own)]
        parts: list[Any] = [*by_source, *self.by_hand.errors, self.form.errors]
        sentences = [str(sentence) for part in parts for of_field in part.values() for sentence in of_field]
        sentences += [str(sentence) for sentence in self.by_hand.non_form_errors()]
        if sentences:
            return list(dict.fromkeys(sentences))
        return [str(refusal) for refusal in estimates.refusals_of(self.lines)]

    def is_valid(self) -> bool:
        """Whether every included line and the terms hold, with at least one line."""
        return self.form.is_bound and not self.errors

    @cached_property
    def lines(self) -> list[EstimateLine]:
        """The unsaved lines of a draft without errors, in their order: what we add ourselves comes last."""
        deleted = self.by_hand.deleted_forms
        by_hand = [
            estimates.line_by_hand(**form.values())
            for form in self.by_hand
            if form not in deleted and form.cleaned_data.get("name")
        ]
        lines = [*self._included(self.listed), *by_hand, *self._included(self.own)]
        for line in lines:
            if line.kind == LineKind.TREATMENT and line.procedure is None:
                procedure = self.names.of(line.name)
                line.procedure = procedure if procedure == self.names.of(line.name_ru) else None
        return lines

    @staticmethod
    def _included(rows: list[Row]) -> list[EstimateLine]:
        return [
            estimates.change_line(row.source.line, **row.form.values())
            for row in rows
            if row.source is not None and row.form.cleaned_data["include"]
        ]

    def basis(self, known: int) -> Basis:
        """Return what the page knew of the case when it was opened."""
        data = self.form.cleaned_data
        return Basis(EstimateKind(data["kind"]), data["after"], data["seen"], known)

    @cached_property
    def estimate(self) -> Estimate:
        """The estimate that a draft without errors would become, unsaved."""
        return estimates.unissued(case=self.case, kind=self.kind, lines=self.lines, terms=self.terms())

    def totals(self) -> list[Amount]:
        """Return one total for each currency, as the estimate will print them."""
        return self.estimate.totals()

    def misses_a_price(self) -> bool:
        """Whether a line has no amount, so that the total leaves it out."""
        return self.estimate.misses_a_price()

    def terms(self) -> estimates.FinalTerms:
        """Return what holds for the whole."""
        names = ("valid_until", "how_we_are_paid", "included", "excluded", "reason")
        return estimates.FinalTerms(**{name: self.form.cleaned_data.get(name, "") for name in names})
