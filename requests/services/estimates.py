"""Estimates: the automatic preliminary one, and the final one that a coordinator issues."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from conditions.models import Procedure
from portal.accounts.models import User
from portal.core import files
from portal.core.encryption.primitives import seal, unseal
from requests import pricing
from requests.enums import DESK_NAMES, ActorKind, EstimateKind, EventKind, ForWhom, LineKind, PriceOrigin, Status
from requests.models import Case, Estimate, EstimateLine, Submission
from requests.permissions import check_can_work_cases
from requests.services import audit, changes, clock, desk, effects, quarantine, tasks
from requests.workflow import BEFORE_ESTIMATE, ESTIMATES, may_move

USUALLY_VALID = datetime.timedelta(days=30)
# Tasks of the desk that a new estimate does.
ANOTHER, RENEW, BUILD = "another-offer", "renew-estimate", "build-estimate"
NO_LINE = gettext_lazy("Include at least one line.")
TOO_MUCH_OFF = gettext_lazy("The discount is more than everything else in %(currency)s comes to. Lower it.")


def prepare(case: Case, submission: Submission, chosen: Sequence[Procedure]) -> Estimate | None:
    """Freeze the preliminary estimate of a submission; None without a condition or a price.

    Chosen procedures are summed. With none chosen, those of the condition are alternatives and
    have no total.
    """
    now = timezone.now()
    if case.condition is None:
        return None
    prices = pricing.price_list(case.condition, case.clinic, now.date(), chosen)
    offered = pricing.price_chosen(prices, chosen) if chosen else list(prices.values())
    ends = _ends(offered)
    if not ends:
        return None
    return _freeze(
        case,
        [line_from_price_list(case=case, priced=priced) for priced in offered],
        submission=submission,
        kind=EstimateKind.PRELIMINARY,
        version=0,
        has_total=bool(chosen),
        valid_until=min(ends),
        issued_at=now,
    )


def _freeze(case: Case, lines: Sequence[EstimateLine], **fields: Any) -> Estimate:
    """Write an estimate and its lines, in their order."""
    estimate = Estimate(case=case, **frozen_names(case), **fields)
    # `save()` asks every field for its value twice, so it would seal each text twice.
    Estimate.objects.bulk_create([estimate])
    for number, line in enumerate(lines):
        # The words of a line are sealed for its place in the estimate, which never changes.
        line.estimate, line.order = estimate, number
    EstimateLine.objects.bulk_create(lines)
    return estimate


def _ends(lines: Iterable[pricing.PricedProcedure]) -> list[datetime.date]:
    """Return until when the prices hold, of those procedures that have one."""
    return [line.terms.valid_until for line in lines if line.terms is not None and line.terms.valid_until]


def supersede_preliminary(case: Case) -> None:
    """Take the preliminary estimate of an earlier submission out of force."""
    case.estimates.filter(kind=EstimateKind.PRELIMINARY, superseded_at=None).update(superseded_at=timezone.now())


def frozen_names(case: Case) -> dict[str, str]:
    """Return the names that an estimate keeps, in the patient's language and in Russian."""
    names = {"language": case.language}
    for field in ("condition", "clinic", "package"):
        row = getattr(case, field)
        names[f"{field}_name"] = translated(row, "name", case.language)
        names[f"{field}_name_ru"] = translated(row, "name", "ru")
    return names


def known_name(case: Case) -> str:
    """Return the patient's name as it was stated, or that of who writes for themselves; empty where nobody said it."""
    return case.patient_name or (case.name if case.for_whom == ForWhom.ME else "")


def translated(row: Any, field: str, language: str) -> str:
    """Return a translated column in a language, in English where it is missing; nothing for no row."""
    if row is None:
        return ""
    names = (build_localized_fieldname(field, code) for code in (language, settings.LANGUAGE_CODE))
    return str(next(filter(None, (getattr(row, name) for name in names)), ""))


def line_from_price_list(*, case: Case, priced: pricing.PricedProcedure) -> EstimateLine:
    """Return an unsaved line of an estimate that copies the price list."""
    procedure, terms = priced.procedure, priced.terms
    return EstimateLine(
        procedure=procedure,
        name=translated(procedure, "name", case.language),
        name_ru=translated(procedure, "name", "ru"),
        unit=translated(procedure, "unit", case.language),
        unit_ru=translated(procedure, "unit", "ru"),
        amount_from=terms.amount_from if terms else None,
        amount_to=terms.amount_to if terms else None,
        currency=terms.currency if terms else "USD",
        included=translated(terms, "included", case.language),
        excluded=translated(terms, "excluded", case.language),
        origin=priced.origin,
        checked_on=terms.checked_on if terms else None,
    )


@dataclass(frozen=True)
class FinalTerms:
    """What a coordinator states for a whole final estimate, in the patient's language.

    A supplement has a ``reason``, a whole estimate has none.
    """

    valid_until: datetime.date
    how_we_are_paid: str
    included: str = ""
    excluded: str = ""
    reason: str = ""


class EstimateRefused(desk.MoveRefused):
    """No estimate is issued in this state of a case; ``first`` is the move that leads to one, if any does."""

    def __init__(self, sentence: str, first: Status | None = None) -> None:
        super().__init__(sentence)
        self.first = first


def kind_to_issue(case: Case) -> EstimateKind:
    """Return what kind of estimate the state of a case allows; raises ``EstimateRefused``."""
    status = Status(case.status)
    # Quarantine allows no move but an ending, and issuing moves the case (decision 0025).
    if case.is_quarantined:
        raise EstimateRefused(_("Release the case from quarantine first."))
    if status in ESTIMATES:
        return ESTIMATES[status]
    first = BEFORE_ESTIMATE.get(status)
    if first is not None:
        raise EstimateRefused(
            _("No estimate is issued while the case is in “%(state)s”. Move it to “%(first)s” first.")
            % {"state": DESK_NAMES[status], "first": DESK_NAMES[first]},
            first,
        )
    raise EstimateRefused(
        _("No estimate is issued any more: the case is in “%(state)s”.") % {"state": DESK_NAMES[status]}
    )


def last_version(case: Case) -> int:
    """Return the version of the last estimate that a coordinator issued, 0 when there is none."""
    return case.estimates.order_by("-version").values_list("version", flat=True).first() or 0


@dataclass(frozen=True)
class Basis:
    """What the writer of an estimate knew of its case.

    ``version`` is the last one that was issued, ``seen`` how many things of the patient there were, ``known`` how
    many deeds of the desk.
    """

    kind: EstimateKind
    version: int
    seen: int
    known: int

    @classmethod
    def of(cls, case: Case, *, known: int) -> "Basis":
        """Return what there is to know of a case now; raises ``EstimateRefused``."""
        return cls(kind_to_issue(case), last_version(case), len(clock.incoming(case)), known)


class ChangedElsewhere(Exception):
    """The writer changed the case in another window meanwhile; the text says how, for the desk. Nothing is issued."""


def issue(
    *, case: Case, lines: Sequence[EstimateLine], terms: FinalTerms, by: User, basis: Basis | None = None
) -> Estimate:
    """Freeze and issue an estimate: a new version, which supersedes what stands, or a supplement to it.

    The state of the case says which. ``lines`` are unsaved. The PDF and then the mail follow through
    the outbox, and a case from which the workflow leads there goes to "estimate sent". It answers what
    the coordinator had seen, as a message does. Without a ``basis`` she knew everything. Raises
    ``PermissionDenied``, ``EstimateRefused``, ``ChangedMeanwhile`` or ``ChangedElsewhere``.
    """
    check_can_work_cases(by)
    for sentence in refusals_of(lines):
        raise EstimateRefused(sentence)
    with transaction.atomic():
        case = clock.lock(case)
        if basis is not None:
            _check_basis(case, basis, by)
        kind = kind_to_issue(case)
        _check_reason(kind, terms.reason)
        now = timezone.now()
        if kind == EstimateKind.FINAL:
            case.estimates.filter(superseded_at=None).update(superseded_at=now)
        version = last_version(case) + 1
        frozen = {"version": version, "issued_at": now, "issued_by": by, "patient_name": known_name(case)}
        estimate = _freeze(case, lines, kind=kind, **frozen, **vars(terms))
        audit.record(case, EventKind.ESTIMATE_ISSUED, by=by, object_id=estimate.pk)
        quarantine.let_go_of_known(case, by=by)
        clock.stop(case, seen=basis.seen if basis else None)
        case.answered_at = case.answered_at or now
        case.save(update_fields=[*clock.FIELDS, "answered_at"])
        if may_move(Status(case.status), Status.ESTIMATE_SENT):
            desk.move_locked(case, to=Status.ESTIMATE_SENT, by=by)
        for task in case.tasks.open().filter(kind__code__in=(ANOTHER, RENEW, BUILD)):
            tasks.finish_locked(case, task, by=by)
        effects.add(case, [effects.owed(case, effects.ESTIMATE_PDF, estimate.pk)])
    return estimate


def refusals_of(lines: Sequence[EstimateLine]) -> list[str]:
    """Say why no estimate has these lines: there is none, or more is taken off than there is.

    A discount is compared with the lowest prices in its currency.
    """
    rest: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        low = line.amount.amount_from or Decimal(0)
        rest[line.currency] += -low if line.kind == LineKind.DISCOUNT else low
    too_much = [str(TOO_MUCH_OFF) % {"currency": currency} for currency, amount in rest.items() if amount < 0]
    return too_much if lines else [str(NO_LINE)]


def unissued(*, case: Case, kind: EstimateKind, lines: Sequence[EstimateLine], terms: FinalTerms) -> Estimate:
    """Return an estimate as it would be issued now, with its lines and unsaved: its preview and its totals."""
    known = {"version": last_version(case) + 1, "patient_name": known_name(case)}
    estimate = Estimate(case=case, kind=kind, **frozen_names(case), **known, **vars(terms))
    for number, line in enumerate(lines):
        line.estimate, line.order = estimate, number
    # What a prefetch would have read: rows that are not there yet cannot be asked for.
    estimate._prefetched_objects_cache = {"lines": list(lines)}  # type: ignore[attr-defined]  # noqa: SLF001 – as Django itself keeps them
    return estimate


def _check_basis(case: Case, basis: Basis, by: User) -> None:
    """Refuse an estimate whose writer did not know what happened since in a locked case."""
    events = changes.since(case, known=basis.known, by=by)
    if events:
        raise changes.ChangedMeanwhile(events)
    if basis.version != last_version(case):
        raise ChangedElsewhere(_("Another version was issued meanwhile. That was in another window of yours."))
    if basis.kind != kind_to_issue(case):
        raise ChangedElsewhere(_("The case has moved meanwhile. That was in another window of yours."))


def _check_reason(kind: EstimateKind, reason: str) -> None:
    """A supplement says why; a whole estimate with a reason was meant as a supplement."""
    if kind == EstimateKind.SUPPLEMENT and not reason.strip():
        raise EstimateRefused(_("Say why the supplement is needed."))
    if kind != EstimateKind.SUPPLEMENT and reason:
        raise EstimateRefused(_("The case has moved back: a supplement is for an accepted estimate."))


def record_pdf(*, estimate: Estimate, pdf: bytes) -> None:
    """Store a printed estimate, encrypted, and owe the patient a mail about it.

    Doing it twice keeps the first PDF: an estimate has one.
    """
    sealed = seal(estimate.case.data_key(), pdf, _pdf_place(estimate))
    # On the disk before a row names it.
    name = files.write(sealed)
    with transaction.atomic():
        mine = Estimate.objects.filter(pk=estimate.pk, pdf_name="")
        if not mine.update(pdf_name=name, pdf_sha256=files.sha256(pdf)):
            # Another worker was quicker: its PDF is the one that a mail tells of.
            files.delete(name)
            return
        # Locked: a release at the same moment must not leave this mail behind.
        case = clock.lock(estimate.case)
        audit.record(case, EventKind.PDF_READY, by=ActorKind.SYSTEM, object_id=estimate.pk)
        mail = effects.owed(case, effects.ESTIMATE_MAIL, estimate.pk, held=case.holds_mails)
        effects.add(case, [mail])


def read_pdf(estimate: Estimate) -> bytes:
    """Return the printed estimate; raises ``FileNotFoundError`` or ``DecryptionError``."""
    return unseal(estimate.case.data_key(), files.read(estimate.pdf_name), _pdf_place(estimate))


def open_newest_pdf() -> bool:
    """Open the newest printed estimate whose key lives, if there is one; raises as ``read_pdf``."""
    printed = Estimate.objects.exclude(pdf_name="").exclude(case__wrapped_key=b"").order_by("-issued_at")
    estimate = printed.select_related("case").first()
    return estimate is not None and bool(read_pdf(estimate))


def procedures_to_offer(case: Case) -> list[pricing.PricedProcedure]:
    """Return what an estimate of a case may begin with: its price list of today, then what was chosen without a price."""
    prices = pricing.price_list(case.condition, case.clinic, timezone.now().date()) if case.condition else {}
    unpriced = [procedure for procedure in case.procedures.all() if procedure.pk not in prices]
    return [*prices.values(), *pricing.price_chosen({}, unpriced)]


def procedures_to_include(case: Case, kind: EstimateKind) -> set[int]:
    """Return the ids of the procedures that the patient chose; a supplement adds what comes on top of them."""
    return set() if kind == EstimateKind.SUPPLEMENT else {procedure.pk for procedure in case.procedures.all()}


def usual_end(offered: Iterable[pricing.PricedProcedure]) -> datetime.date:
    """Return until when a final estimate holds unless its writer says otherwise: no longer than its first price."""
    return min([timezone.now().date() + USUALLY_VALID, *_ends(offered)])


def change_line(line: EstimateLine, **values: Any) -> EstimateLine:
    """Change an unsaved line that copies a source and return it; a changed amount is the coordinator's own.

    What we add ourselves stays ours.
    """
    prices = ("amount_from", "amount_to", "currency")
    is_changed = any(name in values and values[name] != getattr(line, name) for name in prices)
    if is_changed and line.kind == LineKind.TREATMENT:
        line.origin, line.checked_on = PriceOrigin.COORDINATOR, None
    for name, value in values.items():
        setattr(line, name, value)
    return line


def line_by_hand(**values: Any) -> EstimateLine:
    """Return an unsaved line whose words and amounts a coordinator states."""
    return EstimateLine(origin=PriceOrigin.COORDINATOR, **values)


def _pdf_place(estimate: Estimate) -> str:
    return f"estimate.pdf:{estimate.pk}"
