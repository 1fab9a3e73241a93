"""An estimate while it is being built: the price list, lines by hand, and what holds for the whole."""

from functools import cached_property
from typing import Any

from django.http import QueryDict

from portal.core.localisation import desk_formats, formats
from portal.core.localisation.money import Amount, totals
from requests.enums import EstimateKind
from requests.forms.estimates import LinesByHand, ListedLineForm, TermsForm
from requests.models import Case, EstimateLine
from requests.services import estimates
from requests.services.estimates import Basis


def _completed(posted: QueryDict) -> dict[str, Any]:
    """Return a posted page with the number of its lines by hand, and an empty one to follow them."""
    # A page of the release before has three lines and does not count them.
    data = {"free-TOTAL_FORMS": "3", "free-INITIAL_FORMS": "0", **posted.dict()}
    number = data["free-TOTAL_FORMS"]
    return {**data, f"free-{number}-quantity": "1", f"free-{number}-currency": "USD"}


class Draft:
    """Everything on the page that builds an estimate; ``now`` is what there is to know of the case by now."""

    def __init__(self, case: Case, now: Basis, posted: QueryDict | None) -> None:
        self.is_supplement = now.kind == EstimateKind.SUPPLEMENT
        data = None if posted is None else _completed(posted)
        included = estimates.procedures_to_include(case, now.kind)
        offered = estimates.procedures_to_offer(case)
        self.listed = [
            ListedLineForm(
                priced,
                estimates.line_from_price_list(case=case, priced=priced),
                data,
                include=priced.procedure.pk in included,
            )
            for priced in offered
        ]
        language = formats.language_inside(case.language, desk_formats.language())
        self.by_hand = LinesByHand(data, prefix="free", form_kwargs={"language_name": language})
        terms = {
            "valid_until": estimates.usual_end(offered),
            "after": now.version,
            "seen": now.seen,
            "kind": now.kind,
        }
        self.form = TermsForm(now.kind, data, prefix="terms", initial=terms)

    @cached_property
    def errors(self) -> list[str]:
        """The sentences of the summary, without repeating one; none while nothing is posted."""
        if not self.form.is_bound:
            return []
        parts: list[Any] = [*(form.errors for form in self.listed), *self.by_hand.errors, self.form.errors]
        sentences = [str(sentence) for part in parts for of_field in part.values() for sentence in of_field]
        sentences += [str(sentence) for sentence in self.by_hand.non_form_errors()]
        return list(dict.fromkeys(sentences)) if sentences or self.lines else [str(estimates.NO_LINE)]

    def is_valid(self) -> bool:
        """Whether every included line and the terms hold, with at least one line."""
        return self.form.is_bound and not self.errors

    @cached_property
    def lines(self) -> list[EstimateLine]:
        """The unsaved lines of a draft without errors, in their order."""
        listed = [
            estimates.change_line(form.line, **form.values()) for form in self.listed if form.cleaned_data["include"]
        ]
        by_hand = [form for form in self.by_hand if form not in self.by_hand.deleted_forms]
        return listed + [estimates.line_by_hand(**form.values()) for form in by_hand if form.cleaned_data.get("name")]

    def basis(self, known: int) -> Basis:
        """Return what the page knew of the case when it was opened."""
        data = self.form.cleaned_data
        return Basis(EstimateKind(data["kind"]), data["after"], data["seen"], known)

    def totals(self) -> list[Amount]:
        """Return one total for each currency, as the estimate will print them."""
        return totals(line.amount for line in self.lines)

    def misses_a_price(self) -> bool:
        """Whether a line has no amount, so that the total leaves it out."""
        return any(line.amount_from is None for line in self.lines)

    def terms(self) -> estimates.FinalTerms:
        """Return what holds for the whole."""
        names = ("valid_until", "how_we_are_paid", "included", "excluded", "reason")
        return estimates.FinalTerms(**{name: self.form.cleaned_data.get(name, "") for name in names})
