"""An estimate while it is being built: the price list, lines by hand, and what holds for the whole."""

from dataclasses import dataclass

from django.http import QueryDict

from portal.core import formats
from portal.core.money import Amount, totals
from requests import pricing
from requests.enums import EstimateKind, PriceOrigin
from requests.forms.desk import FreeLineForm, LineForm, ListedLineForm, TermsForm
from requests.models import Case, EstimateLine
from requests.services import estimates
from requests.services.estimates import Basis

FREE_LINES = 3


@dataclass(frozen=True)
class ListedRow:
    """A procedure of the price list with its form; ``line`` is the copy that the form starts from."""

    priced: pricing.PricedProcedure
    line: EstimateLine
    form: ListedLineForm

    @property
    def origin(self) -> str:
        """Whose price it is."""
        return str(PriceOrigin(self.priced.origin).label) if self.priced.terms else "no price that holds today"

    def result(self) -> EstimateLine:
        """Return the line as the coordinator wants it."""
        estimates.change_line(self.line, **self.form.values())
        return self.line


class Draft:
    """Everything on the page that builds an estimate; ``now`` is what there is to know of the case by now."""

    def __init__(self, case: Case, now: Basis, data: QueryDict | None) -> None:
        self.case = case
        self.now = now
        self.is_bound = data is not None
        self.error = ""
        included = estimates.procedures_to_include(case, now.kind)
        offered = estimates.procedures_to_offer(case)
        self.rows = [self._row(priced, data, include=priced.procedure.pk in included) for priced in offered]
        language = formats.language_name(case.language, "en")
        self.free = [
            FreeLineForm(data, prefix=f"free-{number}", language_name=language) for number in range(FREE_LINES)
        ]
        terms = {
            "valid_until": estimates.usual_end(offered),
            "after": now.version,
            "seen": now.seen,
            "kind": now.kind,
        }
        self.form = TermsForm(now.kind, data, prefix="terms", initial=terms)

    def _row(self, priced: pricing.PricedProcedure, data: QueryDict | None, *, include: bool) -> ListedRow:
        line = estimates.line_from_price_list(case=self.case, priced=priced)
        initial = {name: getattr(line, name) for name in LineForm.LABELS}
        initial["include"] = include
        return ListedRow(priced, line, ListedLineForm(data, prefix=f"line-{priced.procedure.code}", initial=initial))

    @property
    def is_supplement(self) -> bool:
        """Whether this adds to an accepted estimate."""
        return self.now.kind == EstimateKind.SUPPLEMENT

    def is_valid(self) -> bool:
        """Whether every included line and the terms hold, with at least one line."""
        if not self.is_bound:
            return False
        forms = [row.form for row in self.rows] + self.free
        results = [form.is_valid() for form in [*forms, self.form]]
        # A line that is not included may hold anything: it is not issued.
        ignored = [row.form for row in self.rows if not row.form.cleaned_data.get("include")]
        results = [ok or form in ignored for ok, form in zip(results, [*forms, self.form], strict=True)]
        if all(results) and not self.lines():
            self.error = "Include at least one line."
        return all(results) and not self.error

    @property
    def errors(self) -> list[str]:
        """Return the sentences of the summary, without repeating one."""
        forms = [*[row.form for row in self.rows if row.form.errors and row.form.cleaned_data.get("include")]]
        found = [self.error] if self.error else []
        for form in [*forms, *self.free, self.form]:
            found += [str(message) for messages in form.errors.values() for message in messages]
        return list(dict.fromkeys(found))

    def lines(self) -> list[EstimateLine]:
        """Return the unsaved lines of the estimate in their order."""
        listed = [row.result() for row in self.rows if row.form.cleaned_data.get("include")]
        written = [
            estimates.line_by_hand(
                name=form.cleaned_data["name"], name_ru=form.cleaned_data["name_ru"], **form.values()
            )
            for form in self.free
            if form.cleaned_data.get("name")
        ]
        return [*listed, *written]

    def basis(self, known: int) -> Basis:
        """Return what the page knew of the case when it was opened."""
        data = self.form.cleaned_data
        return Basis(EstimateKind(data["kind"]), data["after"], data["seen"], known)

    def totals(self) -> list[Amount]:
        """Return one total for each currency, as the estimate will print them."""
        return totals(line.amount for line in self.lines())

    def misses_a_price(self) -> bool:
        """Whether a line has no amount, so that the total leaves it out."""
        return any(line.amount_from is None for line in self.lines())

    def terms(self) -> estimates.FinalTerms:
        """Return what holds for the whole."""
        names = ("valid_until", "how_we_are_paid", "included", "excluded", "reason")
        return estimates.FinalTerms(**{name: self.form.cleaned_data.get(name, "") for name in names})
